import { expect, test } from "vitest";
import { performanceOf } from "./performance.ts";

const call = (model: string | null, duration_ms: number | null, more: object = {}) => ({
  model,
  provider: "openai",
  status: "ok" as const,
  duration_ms,
  input_tokens: 100 as number | null,
  output_tokens: 10 as number | null,
  cost_usd: 0.5 as number | null,
  unpriced: null,
  ...more,
});

test("calls are summed up by model, the most used first", () => {
  const failed = { status: "error", input_tokens: null, output_tokens: null, cost_usd: null, unpriced: "refused" };
  const times = [40, 10, 30, 20].map((ms) => call("a", ms));
  expect(
    performanceOf([call("b", 5, { cost_usd: null, unpriced: "model" }), ...times, call("a", null, failed)]),
  ).toEqual([
    {
      model: "a",
      provider: "openai",
      calls: 5,
      errors: 1,
      input_tokens: 400,
      output_tokens: 40,
      cost_usd: 2,
      unpriced: 0,
      p50_ms: 20,
      p95_ms: 40,
    },
    expect.objectContaining({ model: "b", calls: 1, cost_usd: null, unpriced: 1, p50_ms: 5, p95_ms: 5 }),
  ]);
});

test("what nobody told is not known, not nothing", () => {
  const silent = call(null, null, { input_tokens: null, output_tokens: null, cost_usd: null });
  expect(performanceOf([silent])).toMatchObject([
    { model: "unknown model", input_tokens: null, output_tokens: null, cost_usd: null, p50_ms: null },
  ]);
  expect(performanceOf([])).toEqual([]);
});
