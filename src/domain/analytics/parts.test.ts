import fc from "fast-check";
import { expect, test } from "vitest";
import { partsOf } from "./parts.ts";
import { STEPS } from "./range.ts";

const at = (text: string) => Date.parse(text) / 1000;
const named = (parts: ReturnType<typeof partsOf>) =>
  parts.map(({ step, from, to }) => `${step} ${new Date(from * 1000).toISOString()} ${(to - from) / STEPS[step]}`);

test("a span is its whole days, and hours and minutes beside them", () => {
  const byMinute = { from: at("2026-11-19T22:58:00Z"), to: at("2026-11-21T01:01:00Z"), step: "minute" as const };
  const byHour = { from: at("2026-11-19T22:00:00Z"), to: at("2026-11-22T02:00:00Z"), step: "hour" as const };
  expect(named(partsOf(byMinute, null))).toEqual([
    "minute 2026-11-19T22:58:00.000Z 2",
    "hour 2026-11-19T23:00:00.000Z 1",
    "day 2026-11-20T00:00:00.000Z 1",
    "hour 2026-11-21T00:00:00.000Z 1",
    "minute 2026-11-21T01:00:00.000Z 1",
  ]);
  expect(named(partsOf(byMinute, "minute"))).toEqual(["minute 2026-11-19T22:58:00.000Z 1563"]);
  expect(named(partsOf(byHour, "week"))).toEqual([
    "hour 2026-11-19T22:00:00.000Z 2",
    "day 2026-11-20T00:00:00.000Z 2",
    "hour 2026-11-22T00:00:00.000Z 2",
  ]);
  expect(named(partsOf(byHour, "hour"))).toEqual(["hour 2026-11-19T22:00:00.000Z 52"]);
});

test("parts are whole steps without a gap, and no more of the shorter ones than fill a longer one", () => {
  const minutes = fc.integer({ min: 0, max: 100_000 });
  const granularity = fc.constantFrom(null, "minute" as const, "hour" as const, "day" as const, "week" as const);
  fc.assert(
    fc.property(minutes, minutes, fc.boolean(), granularity, (first, length, hourly, by) => {
      const unit = hourly ? 3600 : 60;
      const span = { from: first * unit, to: (first + length) * unit, step: hourly ? "hour" : "minute" } as const;
      if (hourly && by === "minute") return;
      const parts = partsOf(span, by);
      let end = span.from;
      for (const { step, from, to } of parts) {
        expect([from, from % STEPS[step], to % STEPS[step]]).toEqual([end, 0, 0]);
        expect(to).toBeGreaterThan(from);
        end = to;
      }
      expect(end).toBe(span.to);
      const counted = (step: keyof typeof STEPS) =>
        parts.filter((part) => part.step === step).reduce((sum, { from, to }) => sum + (to - from) / STEPS[step], 0);
      if (by !== "minute") expect(counted("minute")).toBeLessThanOrEqual(2 * 59);
      if (by !== "minute" && by !== "hour") expect(counted("hour")).toBeLessThanOrEqual(2 * 23);
    }),
  );
});
