import type { RunEvent, SpanRow } from "#lib/api.ts";
import type { LogData } from "../../../../../src/events/log-record.ts";

/** The spans that events say something new about: messages that came as log records. */
export function spansWithNews(events: Pick<RunEvent, "type" | "data">[]): Set<string> {
  return new Set(events.filter(({ type }) => type === "LOG").map(({ data }) => (data as LogData).span_id));
}

/** Whether the news are a span's. Claude Code's calls say through the span above them what was said. */
export function concerns(changed: ReadonlySet<string>, span: Pick<SpanRow, "span_id" | "parent_span_id">): boolean {
  return changed.has(span.span_id) || (span.parent_span_id !== null && changed.has(span.parent_span_id));
}

/** The span that an event is, or that it belongs to. */
export function spanOf({ type, id, data }: Pick<RunEvent, "type" | "id" | "data">): string | null {
  if (type === "LOG") return (data as LogData).span_id;
  return type === "SPAN" || type === "SPAN_STARTED" ? (id ?? null) : null;
}
