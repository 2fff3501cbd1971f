import { expect, test } from "vitest";
import { growth, MOST_POINTS, newest } from "./analytics.ts";

test("growth is in per cent, and null where there is nothing to compare with", () => {
  expect([growth(3, 2), growth(1, 3), growth(1, 0), growth(null, 1), growth(1, null)]).toEqual([
    50,
    -66.7,
    null,
    null,
    null,
  ]);
});

test("a series keeps its newest points and says how many it lost", () => {
  expect(newest(undefined)).toEqual({});
  expect(newest([1, 2])).toEqual({ series: [1, 2] });
  const points = Array.from({ length: MOST_POINTS + 3 }, (_, n) => n);
  expect(newest(points)).toEqual({ series: points.slice(3), series_cut: 3 });
});
