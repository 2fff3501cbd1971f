import { expect, it } from "vitest";
import type { CostPoint, LatencyPoint } from "./analytics-api.ts";
import { costColumns, latencyColumns, stacked, stepsOf, sumColumns } from "./columns.ts";

const at = (hour: number) => `2026-11-21T0${hour}:00:00.000Z`;
const seconds = (hour: number) => Date.parse(at(hour)) / 1000;
const point = (hour: number, group: string | null, cost_usd: number | null): CostPoint => ({
  start: at(hour),
  group,
  count: 3,
  error_count: 1,
  input_tokens: 10,
  output_tokens: 2,
  cost_usd,
  unpriced_count: cost_usd === null ? 3 : 0,
});
const name = (group: string | null) => group ?? "others";

it("has a step for every hour, also for those in which nothing was called and the one that is begun", () => {
  expect(stepsOf({ from: "2026-11-21T01:20:00Z", to: "2026-11-21T04:10:00Z" }, "hour", [at(2)])).toEqual(
    [1, 2, 3, 4].map(seconds),
  );
});

it("leaves where weeks begin to the API", () => {
  const monday = "2026-11-16T00:00:00.000Z";
  expect(stepsOf({ from: "2026-11-14T00:00:00Z", to: "2026-11-30T00:00:00Z" }, "week", [monday])).toEqual(
    ["2026-11-16", "2026-11-23"].map((day) => Date.parse(day) / 1000),
  );
  expect(stepsOf({ from: "2026-11-14T00:00:00Z", to: "2026-11-30T00:00:00Z" }, "week", [])).toEqual([]);
});

it("layers costs by group, the largest first and the rest last; what has no price is unknown, what was not called is 0", () => {
  const steps = [1, 2].map(seconds);
  const points = [point(1, "small", 1), point(2, "small", null), point(1, null, 9), point(2, "large", 5)];
  expect(costColumns(points, steps, name)).toEqual([
    { label: "large", values: [0, 5] },
    { label: "small", values: [1, null] },
    { label: "others", values: [9, 0] },
  ]);
});

it("adds up groups", () => {
  const layers = [{ label: "Calls", of: ({ count }: CostPoint) => count }];
  expect(sumColumns([point(1, "a", 1), point(1, "b", 1)], [1, 2].map(seconds), layers)).toEqual([
    { label: "Calls", values: [6, 0] },
  ]);
});

it("has gaps where no call ended", () => {
  const ended: LatencyPoint = {
    start: at(2),
    group: null,
    count: 1,
    error_count: 0,
    avg_ms: 5,
    p50_ms: 5,
    p95_ms: 6,
    p99_ms: 7,
  };
  expect(latencyColumns([ended], [1, 2].map(seconds)).map(({ values }) => values)).toEqual([
    [null, 5],
    [null, 6],
    [null, 7],
  ]);
});

it("stands layers on each other", () => {
  expect(
    stacked([
      { label: "a", values: [1, null] },
      { label: "b", values: [2, 3] },
    ]),
  ).toEqual([
    [1, 0],
    [3, 3],
  ]);
});
