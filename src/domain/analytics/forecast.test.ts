import { describe, expect, test } from "vitest";
import { Random } from "../../../test/faults/random.ts";
import { DAYS_BACK, type DayCost, forecastMonth, monthOf } from "./forecast.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-10T12:00:00Z");
const END = Date.parse("2026-12-01T00:00:00Z");

/** How far off forecasts are at noon of each day of a year; `quiet` = what a day of a weekend costs of a working day. */
function play(quiet: number) {
  const random = new Random(11);
  const first = Date.parse("2025-11-01T00:00:00Z");
  const end = Date.parse("2026-12-31T00:00:00Z");
  const days: DayCost[] = [];
  for (let day = first; day < end; day += DAY) {
    const weekend = [0, 6].includes(new Date(day).getUTCDay());
    days.push({ day, usd: (weekend ? quiet : 1) * (100 + 60 * (random.next() - 0.5)) });
  }
  const sum = (from: number, to: number) =>
    days.reduce((total, { day, usd }) => total + (day >= from && day < to ? usd : 0), 0);
  const result = { off: 0, offByMean: 0, within: 0, days: 0 };
  for (let today = Date.parse("2026-01-01T00:00:00Z"); today < Date.parse("2026-12-01T00:00:00Z"); today += DAY) {
    const now = today + DAY / 2;
    const { start, end: over } = monthOf(now);
    const half = sum(today, today + DAY) / 2;
    const soFar = sum(start, today) + half;
    const past = days.filter(({ day }) => day < today && day >= today - DAYS_BACK * DAY);
    const forecast = forecastMonth(now, soFar, past);
    if (typeof forecast === "string") throw new Error(forecast);
    const real = sum(start, over);
    const mean = sum(today - DAYS_BACK * DAY, today) / DAYS_BACK;
    result.off += Math.abs(forecast.expected_usd - real);
    result.offByMean += Math.abs(soFar + ((over - now) / DAY) * mean - real);
    if (real >= forecast.low_usd && real <= forecast.high_usd) result.within++;
    result.days++;
  }
  return { ...result, within: result.within / result.days };
}

describe("a forecast", () => {
  test("by the day of the week is nearer to the truth where weekends are quiet", () => {
    const { off, offByMean, within } = play(0.1);
    expect(off).toBeLessThan(offByMean * 0.9);
    expect(within).toBeGreaterThan(0.7);
    expect(within).toBeLessThan(0.95);
  });

  test("is hardly further from it where all days are alike", () => {
    const { off, offByMean, within } = play(1);
    expect(off).toBeLessThan(offByMean * 1.1);
    expect(within).toBeGreaterThan(0.7);
    expect(within).toBeLessThan(0.95);
  });

  test("goes by the mean of the days there are", () => {
    const days = [3, 4, 5].map((usd, n) => ({ day: Date.parse("2026-11-07T00:00:00Z") + n * DAY, usd }));
    expect(forecastMonth(NOW, 15, days)).toMatchObject({
      month: "2026-11",
      so_far_usd: 15,
      expected_usd: 15 + 20.5 * 4,
    });
  });

  test("counts days without any cost, and knows no band below what was spent", () => {
    const days = [{ day: Date.parse("2026-11-06T00:00:00Z"), usd: 40 }];
    const forecast = forecastMonth(NOW, 40, days);
    expect(forecast).toMatchObject({ expected_usd: 40 + 20.5 * 10, low_usd: 40 });
  });

  test("needs three days", () => {
    expect(forecastMonth(NOW, 0, [])).toContain("there are 0");
    expect(forecastMonth(NOW, 9, [{ day: Date.parse("2026-11-08T00:00:00Z"), usd: 9 }])).toContain("there are 2");
  });

  test("of a month that is over in a moment is what it has cost", () => {
    const days = [3, 4, 5].map((usd, n) => ({ day: Date.parse("2026-11-27T00:00:00Z") + n * DAY, usd }));
    const forecast = forecastMonth(END - 1, 100, days);
    if (typeof forecast === "string") throw new Error(forecast);
    expect(forecast.expected_usd).toBeCloseTo(100, 5);
    expect(forecast.high_usd).toBeCloseTo(100, 1);
  });
});
