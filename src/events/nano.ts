/**
 * Unix time in nanoseconds as a decimal string: the one form of time inside Runlight, because a float holds only 53 bits
 * and today's nanoseconds need 61. `"0"` means "not known" (proto3's default).
 */
export type Nano = string;

export const NO_TIME: Nano = "0";

/** Order of two nano strings: negative, 0 or positive. Works without BigInt, as longer digits are later. */
export function compareNano(a: Nano, b: Nano): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The earlier of two known times; an unknown time never wins. */
export function minNano(a: Nano | null, b: Nano | null): Nano | null {
  if (a === null || a === NO_TIME) return b === NO_TIME ? null : b;
  if (b === null || b === NO_TIME) return a;
  return compareNano(a, b) <= 0 ? a : b;
}

/** The later of two known times; an unknown time never wins. */
export function maxNano(a: Nano | null, b: Nano | null): Nano | null {
  if (a === null || a === NO_TIME) return b === NO_TIME ? null : b;
  if (b === null || b === NO_TIME) return a;
  return compareNano(a, b) >= 0 ? a : b;
}

/** `end - start` in milliseconds, with the fraction down to nanoseconds. */
export function durationMs(start: Nano, end: Nano): number {
  return Number(BigInt(end) - BigInt(start)) / 1e6;
}

/** Milliseconds since the epoch (as `Date.now()` gives them) to nanoseconds. */
export function nanoFromMs(ms: number): Nano {
  return `${Math.trunc(ms)}000000`;
}

/** Nanoseconds to whole milliseconds since the epoch, rounded down. */
export function msFromNano(nano: Nano): number {
  return nano.length <= 6 ? 0 : Number(nano.slice(0, -6));
}

/** RFC 3339 in UTC with the precision that came in: 3, 6 or 9 digits of a second, no fewer than 3. */
export function rfc3339(nano: Nano): string {
  const padded = nano.padStart(10, "0");
  const seconds = Number(padded.slice(0, -9));
  const fraction = padded.slice(-9);
  const digits = fraction.endsWith("000000") ? 3 : fraction.endsWith("000") ? 6 : 9;
  const date = new Date(seconds * 1000);
  // Times past year 275760 cannot be a Date; they are garbage, but garbage must not stop a page.
  if (Number.isNaN(date.getTime())) return "1970-01-01T00:00:00.000Z";
  return `${date.toISOString().slice(0, -5)}.${fraction.slice(0, digits)}Z`;
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?\d*([Zz]|[+-]\d{2}:?\d{2})?$/;

/** Parses RFC 3339 (or a bare date) without losing the digits after the millisecond; `null` if it is no time. */
export function parseRfc3339(text: string): Nano | null {
  const bare = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
  const match = RFC3339.exec(bare);
  if (!match) return null;
  const [, day, clock, fraction = "", zone = "Z"] = match;
  const ms = Date.parse(`${day}T${clock}${zone.toUpperCase()}`);
  if (Number.isNaN(ms) || ms < 0) return null;
  const nano = BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, "0") || "0");
  return nano.toString();
}
