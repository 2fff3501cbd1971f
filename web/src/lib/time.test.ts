import { expect, it } from "vitest";
import { millisSince, rfc3339, sortKey } from "./time.ts";

it("sorts times of different precision", () => {
  const times = ["2026-11-21T09:30:00.123456Z", "2026-11-21T09:30:00.124Z", "2026-11-21T09:30:00.123Z"];
  expect(times.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))).toEqual([
    "2026-11-21T09:30:00.123Z",
    "2026-11-21T09:30:00.123456Z",
    "2026-11-21T09:30:00.124Z",
  ]);
});

it("keeps the digits below the millisecond", () => {
  const epoch = Date.parse("2026-11-21T09:30:00.000Z");
  expect(millisSince(epoch, "2026-11-21T09:30:00.123Z")).toBe(123);
  expect(millisSince(epoch, "2026-11-21T09:30:00.123456789Z")).toBeCloseTo(123.456789, 9);
  expect(millisSince(epoch, "1969-12-31T23:59:59.000Z")).toBeLessThan(0);
});

it.each([
  ["1795253400123456789", "2026-11-21T09:30:00.123456789Z"],
  ["1795253400123456000", "2026-11-21T09:30:00.123456Z"],
  ["1795253400000000000", "2026-11-21T09:30:00.000Z"],
  ["0", "1970-01-01T00:00:00.000Z"],
  ["99999999999999999999999999", "1970-01-01T00:00:00.000Z"],
])("writes %s ns as %s", (nano, text) => expect(rfc3339(nano)).toBe(text));
