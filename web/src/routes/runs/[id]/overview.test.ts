import { expect, it } from "vitest";
import type { LlmCall } from "#lib/api.ts";
import { byModel, median, timeByStep } from "./overview.ts";
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

const call = (model: string, more: Partial<LlmCall> = {}) =>
  ({
    model,
    provider: "p",
    status: "ok",
    duration_ms: 10,
    time_to_first_token_ms: null,
    input_tokens: 5,
    cached_input_tokens: null,
    cache_write_tokens: null,
    output_tokens: null,
    reasoning_tokens: null,
    cost_usd: 0.5,
    price_version: "list@1",
    unpriced: null,
    client_cost_usd: null,
    ...more,
  }) as LlmCall;

it("sums calls by model as a run sums its own", () => {
  const [use, ...others] = byModel([
    call("a", { time_to_first_token_ms: 4 }),
    call("a", { status: "error", duration_ms: 30, cost_usd: null, price_version: null, unpriced: "no_usage" }),
  ]);
  expect(others).toEqual([]);
  expect(use).toEqual({
    model: "a",
    provider: "p",
    errors: 1,
    meanMs: 20,
    medianFirstTokenMs: 4,
    llm_call_count: 2,
    input_tokens: 10,
    cached_input_tokens: null,
    cache_write_tokens: null,
    output_tokens: null,
    reasoning_tokens: null,
    cost_usd: null,
    known_cost_usd: 0.5,
    unpriced_call_count: 1,
    unpriced: { no_usage: 1 },
    price_version: "list@1",
    client_cost_usd: null,
  });
});

it("does not call a sum unknown for a call that was refused", () => {
  const refused = call("a", { cost_usd: null, price_version: null, unpriced: "refused" });
  expect(byModel([call("a"), refused])[0]).toMatchObject({ cost_usd: 0.5, unpriced: { refused: 1 } });
});

it("puts the dearest model first, then the one with most tokens", () => {
  const uses = byModel([
    call("cheap", { cost_usd: 0.1 }),
    call("local", { cost_usd: null, unpriced: "local_model" }),
    call("huge", { cost_usd: null, unpriced: "local_model", input_tokens: 900 }),
    call("dear", { cost_usd: 2 }),
  ]);
  expect(uses.map(({ model }) => model)).toEqual(["dear", "cheap", "huge", "local"]);
});

it("takes the middle of what was reported", () => {
  expect([median([null, 9, 1, 4]), median([1, 3]), median([null]), median([])]).toEqual([4, 2, null, null]);
});
