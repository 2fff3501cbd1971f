import type { RunEvent } from "#lib/api.ts";
import type { LogData } from "../../../../../src/events/log-record.ts";

/** The spans that events say something new about: messages that came as log records. */
export function spansWithNews(events: Pick<RunEvent, "type" | "data">[]): Set<string> {
  return new Set(events.filter(({ type }) => type === "LOG").map(({ data }) => (data as LogData).span_id));
}
