/** RFC 3339 in UTC as a string that sorts by time whatever its precision: "…00.1Z" and "…00.100000Z" are equal. */
export function sortKey(time: string): string {
  return time.replace(/Z$/, "").padEnd(29, "0");
}

/** Milliseconds since `epochMs`, with the digits below the millisecond that `Date.parse` would drop. */
export function millisSince(epochMs: number, time: string): number {
  const ms = Date.parse(time);
  // "2026-11-21T09:30:00.123456789Z": what follows the 23rd character is finer than a millisecond.
  const finer = time.length > 24 ? Number(`0.${time.slice(23, -1)}`) : 0;
  return ms - epochMs + (Number.isNaN(finer) ? 0 : finer);
}

/** Unix nanoseconds as digits to RFC 3339 in UTC with 3, 6 or 9 digits of a second, as the API writes times. */
export function rfc3339(nano: string): string {
  const padded = nano.padStart(10, "0");
  const fraction = padded.slice(-9);
  const digits = fraction.endsWith("000000") ? 3 : fraction.endsWith("000") ? 6 : 9;
  const date = new Date(Number(padded.slice(0, -9)) * 1000);
  if (Number.isNaN(date.getTime())) return "1970-01-01T00:00:00.000Z";
  return `${date.toISOString().slice(0, -5)}.${fraction.slice(0, digits)}Z`;
}
