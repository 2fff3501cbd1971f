import type { Span } from "../../events/span.ts";

/**
 * Milliseconds from the span's start to an ISO time at which its first token came. Such times are cut to milliseconds, so
 * one up to a millisecond before the start is the start; any other time outside the span was not measured on it.
 */
export function timeToFirstToken(span: Span, iso: string): number | undefined {
  const at = Date.parse(iso);
  const start = Number(span.start_time_unix_nano) / 1e6;
  const end = Number(span.end_time_unix_nano) / 1e6;
  if (!(at > start - 1 && at <= end + 1)) return undefined;
  return Math.max(0, Math.round((at - start) * 1e3) / 1e3);
}
