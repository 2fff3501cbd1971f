import type { Forecast } from "./schema.ts";

const DAY_MS = 86_400_000;

/** Days that a forecast looks back: four of each day of the week. */
export const DAYS_BACK = 28;

/** With fewer days nobody can tell how much they differ. */
const FEWEST_DAYS = 3;

/** 80 % of a normal distribution lie within so many standard deviations. */
const Z_80 = 1.2816;

/** A day's cost, and when it began: milliseconds since the epoch, in UTC. */
export interface DayCost {
  day: number;
  usd: number;
}

/**
 * What a month will have cost at its end: what it has cost so far, and for the rest of it what such days cost of late. With
 * four weeks to look at, Mondays are expected to cost what Mondays did: a seventh nearer to the
 * truth where weekends are quiet, and no further from it where they are not (forecast.test.ts).
 * @param now milliseconds; @param soFar US dollars since the month began in UTC; @param days whole days before today, those
 * without any cost may be left out: they count as 0 from the first day that is there
 * @returns a forecast, or why there is none
 */
export function forecastMonth(now: number, soFar: number, days: readonly DayCost[]): Forecast | string {
  const today = now - (now % DAY_MS);
  const costs = new Map(days.map(({ day, usd }) => [day, usd]));
  const first = Math.max(today - DAYS_BACK * DAY_MS, Math.min(...costs.keys()));
  const count = costs.size === 0 ? 0 : Math.round((today - first) / DAY_MS);
  if (count < FEWEST_DAYS) {
    return `A forecast needs ${FEWEST_DAYS} whole days of data; there ${count === 1 ? "is 1" : `are ${count}`}.`;
  }
  const seen = Array.from({ length: count }, (_, n) => {
    const day = first + n * DAY_MS;
    return { day, usd: costs.get(day) ?? 0 };
  });
  const weekly = count >= DAYS_BACK;
  const expectedOn = weekly ? byWeekday(seen) : () => mean(seen);
  const parts = weekly ? 7 : 1;
  const residuals = seen.map(({ day, usd }) => usd - expectedOn(day));
  const variance = residuals.reduce((sum, each) => sum + each * each, 0) / (count - parts);
  const { month, end } = monthOf(now);
  let expected = soFar;
  let left = 0;
  for (let day = today; day < end; day += DAY_MS) {
    const share = day === today ? (day + DAY_MS - now) / DAY_MS : 1;
    expected += share * expectedOn(day);
    left += share;
  }
  // Each day varies, and so does the mean that they are expected to have.
  const spread = Z_80 * Math.sqrt(variance * (left + (left * left) / count));
  return {
    month,
    so_far_usd: soFar,
    expected_usd: expected,
    low_usd: Math.max(soFar, expected - spread),
    high_usd: expected + spread,
    basis: `What ${month} has cost so far, and for the rest of it ${
      weekly ? `what the same day of the week cost in the last ${DAYS_BACK} days` : `the mean of the last ${count} days`
    } (UTC). The band holds 80 % of what days vary by. Calls without a price are not in it.`,
  };
}

/** The month of a moment in UTC. `start`, `end`: milliseconds; the end is exclusive. */
export function monthOf(now: number): { month: string; start: number; end: number } {
  const at = new Date(now);
  return {
    month: at.toISOString().slice(0, 7),
    start: Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1),
    end: Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1),
  };
}

function byWeekday(days: readonly DayCost[]): (day: number) => number {
  const weekday = (day: number) => new Date(day).getUTCDay();
  const means = Array.from({ length: 7 }, (_, n) => mean(days.filter(({ day }) => weekday(day) === n)));
  return (day) => means[weekday(day)] as number;
}

function mean(days: readonly DayCost[]): number {
  return days.reduce((sum, { usd }) => sum + usd, 0) / days.length;
}
