import { describe, expect, it } from "vitest";
import { AXES, change, cost, groupName, percent, pointsChange, stepWords, unpriced } from "./words.ts";

describe("a change", () => {
  it.each([
    [112, 100, "+12% more", null],
    [99.5, 100, "−0.5% less", null],
    [1600, 100, "+1,500% more", null],
    [5, 5, "the same", null],
    [5, 0, "none before", null],
    [0, 0, "the same", null],
  ])("from %2$d to %1$d", (now, before, text, good) => expect(change(now, before)).toEqual({ text, good }));

  it("is none where either is unknown", () =>
    expect([change(null, 1), change(1, null), change(1, undefined), pointsChange(0.1, null)]).toEqual([
      null,
      null,
      null,
      null,
    ]));

  it("says whether one would like it", () => {
    expect(change(80, 100, ["slower", "faster"], "less")).toEqual({ text: "−20% faster", good: true });
    expect(pointsChange(0.05, 0.02, "less")).toEqual({ text: "+3.0 points higher", good: false });
    expect(pointsChange(0.5001, 0.5)).toEqual({ text: "the same", good: null });
  });
});

it.each([
  [{ count: 0, cost_usd: null, unpriced_count: 0 }, "$0"],
  [{ count: 2, cost_usd: null, unpriced_count: 2 }, "unknown"],
  [{ count: 2, cost_usd: 1.5, unpriced_count: 1 }, "≥ $1.50"],
  [{ count: 2, cost_usd: 1.5, unpriced_count: 0 }, "$1.50"],
  [{ count: 2, cost_usd: 0, unpriced_count: 0 }, "$0"],
])("the cost of %j is %s", (sums, text) => expect(cost(sums)).toBe(text));

it("says how many calls have no price, if any", () =>
  expect([unpriced(0), unpriced(1), unpriced(1200)]).toEqual([
    null,
    "1 call without a price",
    "1,200 calls without a price",
  ]));

it.each([
  [null, "unknown"],
  [0, "0%"],
  [0.0001, "< 0.1%"],
  [0.0123, "1.2%"],
  [0.996, "100%"],
])("the share %d is %s", (share, text) => expect(percent(share)).toBe(text));

it("names groups that have no name", () =>
  expect([groupName("a", 0), groupName("", 0), groupName(null, 7), groupName(null, 0)]).toEqual([
    "a",
    "Not said",
    "7 others",
    "All others",
  ]));

it("tells the lines of an axis apart", () =>
  expect([
    AXES.usd(0, 0.5),
    AXES.usd(0.0005, 0.0005),
    AXES.usd(1500, 500),
    AXES.usd(2.5, 0.5),
    AXES.usd(0.25, 0.25),
    AXES.usd(0.0000025, 0.0000025),
    AXES.usd(2e-9, 1e-9),
    AXES.count(0.5),
  ]).toEqual(["$0", "$0.0005", "$1,500", "$2.50", "$0.25", "$0.0000025", "$0.000000002", ""]));

it("says of which steps only a part was counted", () => {
  const counted = { from: 86_400 * 2 + 60, to: 86_400 * 4 };
  expect([2, 3].map((day) => stepWords(day * 86_400, 86_400, counted))).toEqual(["3 Jan 1970, in part", "4 Jan 1970"]);
});
