import { expect, it } from "vitest";
import type { LlmCall } from "#lib/api.ts";
import { byModel, timeByStep } from "./overview.ts";
import { testSpan } from "./test-span.ts";
import { Trace } from "./trace.ts";

it("counts each moment for the span that was at work", () => {
  const trace = new Trace();
  trace.add([
    testSpan("a", null, 0, 100, { step: "agent" }),
    testSpan("b", "a", 10, 40, { step: "llm" }),
    testSpan("c", "a", 30, 40, { step: "tool" }),
    testSpan("d", "a", 90, 100, { step: "llm" }),
  ]);
  expect(timeByStep(trace.nodes).map(({ step, count, selfMs }) => [step, count, selfMs])).toEqual([
    ["llm", 2, 140],
    ["tool", 1, 40],
    ["agent", 1, 30],
  ]);
  expect(timeByStep(trace.nodes).reduce((all, { share }) => all + share, 0)).toBeCloseTo(1);
  expect(timeByStep([])).toEqual([]);
});

it("sums calls by model and does not invent prices", () => {
  const call = (model: string, more: Partial<LlmCall> = {}) =>
    ({
      model,
      provider: "p",
      status: "ok",
      duration_ms: 10,
      input_tokens: 5,
      output_tokens: null,
      cost_usd: 0.5,
      ...more,
    }) as LlmCall;
  expect(byModel([call("a"), call("a", { status: "error", duration_ms: 30 }), call("b", { cost_usd: null })])).toEqual([
    { model: "b", provider: "p", calls: 1, errors: 0, input: 5, output: null, cost: null, meanMs: 10 },
    { model: "a", provider: "p", calls: 2, errors: 1, input: 10, output: null, cost: 1, meanMs: 20 },
  ]);
});
