import { describe, expect, test } from "vitest";
import { compareNano, durationMs, maxNano, minNano, msFromNano, nanoFromMs, parseRfc3339, rfc3339 } from "./nano.ts";

test.each([
  ["0", "1970-01-01T00:00:00.000Z"],
  ["1", "1970-01-01T00:00:00.000000001Z"],
  ["1544712660000000000", "2018-12-13T14:51:00.000Z"],
  ["1795228868661123000", "2026-11-21T02:41:08.661123Z"],
  ["1795228868661123457", "2026-11-21T02:41:08.661123457Z"],
  ["999999999999999999999999", "1970-01-01T00:00:00.000Z"],
])("%s ns is %s", (nano, text) => {
  expect(rfc3339(nano)).toBe(text);
});

test.each([
  ["2026-11-21T02:41:08.661123457Z", "1795228868661123457"],
  ["2026-11-21T03:41:08.661+01:00", "1795228868661000000"],
  ["2026-11-21T02:41:08Z", "1795228868000000000"],
  ["2026-11-21", "1795219200000000000"],
  ["yesterday", null],
  ["2026-13-45T00:00:00Z", null],
  ["", null],
])("%j is %s", (text, nano) => {
  expect(parseRfc3339(text)).toBe(nano);
});

describe("arithmetic", () => {
  test("is exact where a float would round", () => {
    expect(durationMs("1795228868661123456", "1795228868661123457")).toBe(0.000001);
    expect(compareNano("9", "10")).toBeLessThan(0);
    expect(compareNano("1795228868661123457", "1795228868661123456")).toBeGreaterThan(0);
  });

  test("never lets an unknown time win", () => {
    expect([minNano(null, "5"), minNano("0", "5"), minNano("7", "0"), minNano("7", "5")]).toEqual(["5", "5", "7", "5"]);
    expect([maxNano(null, "5"), maxNano("0", "5"), maxNano("7", null), maxNano("7", "5")]).toEqual([
      "5",
      "5",
      "7",
      "7",
    ]);
  });

  test("goes to milliseconds and back", () => {
    expect([msFromNano("1795228868661999999"), nanoFromMs(1795228868661), msFromNano("12")]).toEqual([
      1795228868661,
      "1795228868661000000",
      0,
    ]);
  });
});
