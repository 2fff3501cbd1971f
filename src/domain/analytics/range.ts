import { AppError } from "../../errors.ts";
import { nanoFromMs, rfc3339 } from "../../events/nano.ts";
import { nanoOf } from "../runs/time-of.ts";

const HOUR = 3_600;
const DAY = 86_400;

/** Seconds of the steps in which calls and runs are counted. */
export const STEPS = { minute: 60, hour: HOUR, day: DAY } as const;

/** Steps to which a range is rounded. */
export type Step = "minute" | "hour";

/**
 * How far back minutes are asked for, in seconds: two days, and the two minutes by which rounding may widen a day and the day
 * before it. They are kept for longer: MINUTES_KEPT_MS.
 */
export const MINUTES_REACH = 2 * DAY + 2 * STEPS.minute;

/** A range that is longer, in seconds, is asked for in parts: a year, and the month it is compared with. */
const MOST = 400 * DAY;

/** Steps of a series, at the most: more than a chart has pixels. */
export const MOST_POINTS = 1_500;

/** Seconds of the steps of a series, and where the first of them begins: 1970-01-05 was a Monday. */
export const GRANULARITIES = {
  minute: { length: 60, origin: 0 },
  hour: { length: HOUR, origin: 0 },
  day: { length: DAY, origin: 0 },
  week: { length: 7 * DAY, origin: 4 * DAY },
} as const;
export type Granularity = keyof typeof GRANULARITIES;

/** What is counted: whole steps, in seconds since the epoch; `to` is exclusive. */
export interface Span {
  from: number;
  to: number;
  step: Step;
}

/** A span without any steps: asking for it reads nothing. */
export const NOTHING: Span = { from: 0, to: 0, step: "hour" };

export interface RangeQuery {
  /** RFC 3339; a day before `to`. */
  from?: string | undefined;
  /** RFC 3339; now. */
  to?: string | undefined;
  granularity?: Granularity | undefined;
  compare?: "previous" | undefined;
}

/**
 * The steps that a range touches: minutes while all of it, and all that it is compared with, is within the last two days.
 * @param now milliseconds; @param minutes whether what is asked for is counted by the minute at all
 * @returns `previous` = the equally long span before, if asked for
 * @throws AppError `invalid_request` for what is no time; `unprocessable` for a range that ends before it begins or is too
 * long, and for a series that is too fine
 */
export function resolveRange(
  query: RangeQuery,
  now: number,
  minutes = true,
): { span: Span; previous: Span | null; granularity: Granularity | null } {
  const to = query.to === undefined ? up(now / 1000, STEPS.minute) : secondsOf("to", query.to, Math.ceil);
  const from = query.from === undefined ? to - DAY : secondsOf("from", query.from, Math.floor);
  if (from >= to) {
    throw new AppError("unprocessable", 'The range is empty: "from" must be before "to".');
  }
  if (to - from > MOST) {
    throw new AppError("unprocessable", `The range is longer than ${MOST / DAY} days. Ask for it in parts.`);
  }
  const granularity = query.granularity ?? null;
  const comparing = query.compare === "previous";
  const byMinute = rounded(from, to, "minute");
  const earliest = comparing ? before(byMinute).from : byMinute.from;
  const span = minutes && earliest >= now / 1000 - MINUTES_REACH ? byMinute : rounded(from, to, "hour");
  if (granularity !== null) checkPoints(span, granularity);
  return { span, previous: comparing ? before(span) : null, granularity };
}

function checkPoints(span: Span, granularity: Granularity): void {
  const points = (span.to - span.from) / GRANULARITIES[granularity].length;
  if (points > MOST_POINTS) {
    throw new AppError(
      "unprocessable",
      `By the ${granularity} this range has ${Math.ceil(points)} points; at most ${MOST_POINTS} are answered. Choose a coarser granularity or a shorter range.`,
    );
  }
  if (granularity === "minute" && span.step !== "minute") {
    throw new AppError(
      "unprocessable",
      "By the minute are only ranges within the last 48 hours, what they are compared with included, and never users and tags. Choose granularity=hour.",
    );
  }
}

function rounded(from: number, to: number, step: Step): Span {
  const length = STEPS[step];
  return { from: from - (from % length), to: up(to, length), step };
}

function up(seconds: number, length: number): number {
  return Math.ceil(seconds / length) * length;
}

/** The equally long span before. */
function before({ from, to, step }: Span): Span {
  return { from: from - (to - from), to: from, step };
}

function secondsOf(name: string, text: string, round: (seconds: number) => number): number {
  const nano = nanoOf(name, text).padStart(10, "0");
  // A float holds seconds, but not their nanoseconds.
  return Number(nano.slice(0, -9)) + round(Number(nano.slice(-9)) / 1e9);
}

/** Seconds since the epoch as RFC 3339. */
export function timeOf(seconds: number): string {
  return rfc3339(nanoFromMs(seconds * 1000));
}

/** A span as answers name it. */
export function answered({ from, to, step }: Span): { from: string; to: string; step: Step } {
  return { from: timeOf(from), to: timeOf(to), step };
}
