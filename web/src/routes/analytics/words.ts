import { count, duration, tokens } from "#lib/format.ts";
import { usd } from "#lib/money.ts";

/** A change, with its sign and in words, so that no colour is needed to read it. */
export interface Change {
  text: string;
  /** Whether one would like it; null where that is a matter of view. */
  good: boolean | null;
}

type Pair = [more: string, less: string];

/**
 * From the period before to this one: "+12% more", "−8% faster".
 * @param words the word for a rise and for a fall
 * @param wanted what one would like to see
 * @returns null if either is unknown
 */
export function change(
  now: number | null | undefined,
  before: number | null | undefined,
  words: Pair = ["more", "less"],
  wanted: "more" | "less" | null = null,
): Change | null {
  if (now === null || before === null || now === undefined || before === undefined) return null;
  if (now === before) return { text: "the same", good: null };
  if (before === 0) return { text: "none before", good: null };
  const share = (now - before) / before;
  const rose = share > 0;
  return {
    text: `${signed(share * 100)}% ${words[rose ? 0 : 1]}`,
    good: wanted === null ? null : rose === (wanted === "more"),
  };
}

/** From one share to another, in percentage points: "+1.2 points higher". */
export function pointsChange(
  now: number | null,
  before: number | null,
  wanted: "more" | "less" | null = null,
): Change | null {
  if (now === null || before === null) return null;
  const points = (now - before) * 100;
  if (Math.abs(points) < 0.05) return { text: "the same", good: null };
  return {
    text: `${signed(points)} points ${points > 0 ? "higher" : "lower"}`,
    good: wanted === null ? null : points > 0 === (wanted === "more"),
  };
}

function signed(value: number): string {
  const size = Math.abs(value);
  const digits = size < 9.95 ? size.toFixed(1) : count(Math.round(size));
  return `${value < 0 ? "−" : "+"}${digits}`;
}

/** 0.0123 → "1.2%"; unknown is not 0. */
export function percent(share: number | null): string {
  if (share === null) return "unknown";
  if (share === 0) return "0%";
  const value = share * 100;
  if (value < 0.05) return "< 0.1%";
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)}%`;
}

/** @returns null where nothing was counted: a rate of nothing is none */
export function rate(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

type Sum = { count: number; cost_usd: number | null; unpriced_count: number };

/** A sum of costs: "$1.20", "≥ $1.20" if some are not known, "unknown" if none is. */
export function cost({ count: calls, cost_usd, unpriced_count }: Sum): string {
  if (cost_usd === null) return calls === 0 ? usd(0) : "unknown";
  return unpriced_count > 0 ? `≥ ${usd(cost_usd)}` : usd(cost_usd);
}

/** What is missing from a sum of costs; null if nothing is. */
export function unpriced(calls: number): string | null {
  return calls === 0 ? null : `${count(calls)} ${calls === 1 ? "call" : "calls"} without a price`;
}

/** The name of a group, whatever it is. */
export function groupName(group: string | null, others: number): string {
  if (group === null) return others > 0 ? `${count(others)} others` : "All others";
  return group === "" ? "Not said" : group;
}

/** "21 Nov, 09:30" in the reader's zone, days in UTC as they are counted. */
export function stepName(seconds: number, step: number): string {
  const date = new Date(seconds * 1000);
  if (step >= 86_400)
    return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  return date.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

/** The name of a step, and whether only a part of it was counted: the first and the last one often begin or end within. */
export function stepWords(seconds: number, step: number, counted: { from: number; to: number }): string {
  const whole = seconds >= counted.from && seconds + step <= counted.to;
  return whole ? stepName(seconds, step) : `${stepName(seconds, step)}, in part`;
}

/** "21 Nov, 09:30 – 22 Nov, 09:30" in the reader's zone. */
export function spanName(from: number, to: number): string {
  const day = (time: number) => new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  const clock = (time: number) => new Date(time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const end = day(from) === day(to) ? clock(to) : `${day(to)}, ${clock(to)}`;
  return `${day(from)}, ${clock(from)} – ${end}`;
}

/** Decimals in which dollars so far apart are written without rounding: none, or cents and whatever is below them. */
function decimalsOf(apart: number): number {
  for (const decimals of [0, 2, 3, 4, 5, 6, 7, 8]) {
    const scaled = apart * 10 ** decimals;
    if (scaled > 0.5 && Math.abs(scaled - Math.round(scaled)) < 1e-6) return decimals;
  }
  return 9;
}

/** What an axis says: values as its lines are apart, so that no two lines read the same. */
export const AXES = {
  usd: (value: number, apart: number) => {
    if (value === 0) return "$0";
    const decimals = decimalsOf(apart);
    return `$${value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals })}`;
  },
  count: (value: number) => (Number.isInteger(value) ? tokens(value) : ""),
  ms: (value: number) => duration(value),
};
