import { describe, expect, it } from "vitest";
import { callCost, runCost, sessionCost, usd, usdExact } from "./money.ts";

describe("dollars", () => {
  it.each([
    [null, "unknown"],
    [Number.NaN, "unknown"],
    [0, "$0"],
    [0.000_000_001, "$0.000000001"],
    [0.000_012, "$0.000012"],
    [0.000_099_6, "$0.000100"],
    [0.000_123, "$0.00012"],
    [0.012_34, "$0.0123"],
    [0.5, "$0.5000"],
    [0.999_96, "$1.00"],
    [1, "$1.00"],
    [1234.5, "$1,234.50"],
    [-0.012, "−$0.0120"],
  ])("%s read %s", (value, text) => expect(usd(value)).toBe(text));

  it.each([
    [0, "$0"],
    [0.000_000_012, "$0.000000012"],
    [0.012_345_678, "$0.012345678"],
    [0.5, "$0.50"],
    [12, "$12.00"],
    [1234.5678, "$1,234.5678"],
  ])("%s read %s when nothing may be rounded", (value, text) => expect(usdExact(value)).toBe(text));
});

describe("the cost of a run", () => {
  const run = { llm_call_count: 10, cost_usd: null, known_cost_usd: null, unpriced_call_count: 0, unpriced: {} };
  it.each([
    ["no calls", { llm_call_count: 0 }, { kind: "none", text: "–", note: null }],
    ["all known", { cost_usd: 0.5 }, { kind: "known", text: "$0.5000", note: null }],
    ["free of charge", { cost_usd: 0 }, { kind: "known", text: "$0", note: null }],
    [
      "a part known",
      { known_cost_usd: 0.0123, unpriced_call_count: 2, unpriced: { no_usage: 2 } },
      { kind: "partly", text: "≥ $0.0123", note: "2 of 10 calls unknown" },
    ],
    [
      "nothing known",
      { unpriced_call_count: 10, unpriced: { unknown_model: 10 } },
      { kind: "unknown", text: "unknown", note: null },
    ],
    [
      "only free calls known",
      { known_cost_usd: 0, unpriced_call_count: 9, unpriced: { unknown_model: 9 } },
      { kind: "unknown", text: "unknown", note: "9 of 10 calls unknown" },
    ],
    [
      "a refused call beside an unknown one",
      { known_cost_usd: 1, unpriced_call_count: 3, unpriced: { refused: 2, no_usage: 1 } },
      { kind: "partly", text: "≥ $1.00", note: "1 of 10 calls unknown" },
    ],
    [
      "all refused",
      { unpriced_call_count: 10, unpriced: { refused: 10 } },
      { kind: "unbilled", text: "not billed", note: null },
    ],
  ])("with %s", (_, more, view) => expect(runCost({ ...run, ...more })).toEqual(view));
});

it("says how many runs of a session are unknown", () => {
  const session = { llm_call_count: 4, cost_usd: null, known_cost_usd: 0.25, unpriced_run_count: 1, run_count: 3 };
  expect(sessionCost(session)).toEqual({ kind: "partly", text: "≥ $0.2500", note: "1 of 3 runs unknown" });
  expect(sessionCost({ ...session, cost_usd: 2 }).text).toBe("$2.00");
  expect(sessionCost({ ...session, llm_call_count: 0, unpriced_run_count: 0 }).kind).toBe("none");
});

it("tells a call from a span that is none", () => {
  expect(callCost({ cost_usd: null, unpriced: null }).kind).toBe("none");
  expect(callCost({ cost_usd: null, unpriced: "no_usage" }).text).toBe("unknown");
  expect(callCost({ cost_usd: null, unpriced: "refused" }).text).toBe("not billed");
  expect(callCost({ cost_usd: 0.01, unpriced: null }).text).toBe("$0.0100");
});
