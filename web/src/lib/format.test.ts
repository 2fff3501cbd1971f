import { describe, expect, it } from "vitest";
import { ago, bytes, counted, duration, elapsed, tokens } from "./format.ts";

describe("duration", () => {
  it.each([
    [null, "–"],
    [0, "0 ms"],
    [0.000_004, "4 ns"],
    [0.0123, "12.3 µs"],
    [0.9999, "1.00 ms"],
    [1.234, "1.23 ms"],
    [99.96, "100 ms"],
    [999.4, "999 ms"],
    [999.6, "1.00 s"],
    [12_345, "12.3 s"],
    [59_996, "1 m 00 s"],
    [125_000, "2 m 05 s"],
    [3_599_600, "1 h 00 m"],
    [3_840_000, "1 h 04 m"],
    [90_000_000, "1 d 1 h"],
    [-5, "−5.00 ms"],
  ])("%s ms reads %s", (ms, text) => expect(duration(ms)).toBe(text));
});

describe("counts", () => {
  it.each([
    [null, "–"],
    [9999, "9,999"],
    [12_449, "12.4k"],
    [99_960, "100k"],
    [999_600, "1.0M"],
  ])("%s tokens read %s", (value, text) => expect(tokens(value)).toBe(text));

  it("puts units on sizes and nouns on counts", () => {
    expect([bytes(12), bytes(2_000_000), counted(1, "span"), counted(1200, "span")]).toEqual([
      "12 B",
      "2.00 MB",
      "1 span",
      "1,200 spans",
    ]);
  });
});

describe("time", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  it.each([
    ["2026-11-21T11:59:58Z", "just now"],
    ["2026-11-21T11:59:30.123456789Z", "30 s ago"],
    ["2026-11-21T11:01:00Z", "59 min ago"],
    ["2026-11-20T13:00:00Z", "23 h ago"],
    ["2026-11-01T12:00:00Z", "20 d ago"],
    ["2026-08-01T12:00:00Z", "1 Aug 2026"],
    ["2026-11-21T13:00:00Z", "in the future"],
    ["nonsense", "–"],
  ])("%s is %s", (time, text) => expect(ago(time, now)).toBe(text));

  it("lets a running run's clock run, but not a leftover's", () => {
    const run = { status: "running" as const, started_at: "2026-11-21T11:59:00Z", duration_ms: 5 };
    expect(elapsed(run, now)).toBe(60_000);
    expect(elapsed({ ...run, started_at: "2020-01-01T00:00:00Z" }, now)).toBe(5);
    expect(elapsed({ ...run, status: "success" }, now)).toBe(5);
  });
});
