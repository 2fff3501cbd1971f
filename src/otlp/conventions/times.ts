import type { Span } from "../../events/span.ts";

/**
 * Milliseconds from the span's start to the time at which its first token came, given in ISO or as milliseconds since the
 * epoch. Such times are cut to milliseconds, so one up to a millisecond before the start is the start; any other time
 * outside the span was not measured on it.
 */
export function timeToFirstToken(span: Span, time: string | number): number | undefined {
  const at = typeof time === "number" ? time : Date.parse(time);
  const start = Number(span.start_time_unix_nano) / 1e6;
  const end = Number(span.end_time_unix_nano) / 1e6;
  if (!(at > start - 1 && at <= end + 1)) return undefined;
  return Math.max(0, Math.round((at - start) * 1e3) / 1e3);
}
