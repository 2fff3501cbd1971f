import { createHash } from "node:crypto";
import { type Links, NO_SPAN, recordMark } from "./delta.ts";

/** The link of a span: its id and its parent's. */
export function linkOf(span: { span_id: string; parent_span_id: string | null }): Links {
  return span.span_id + (span.parent_span_id ?? NO_SPAN);
}

/** The link of any event of a log: what `segments.links` holds of it, so that it can be had from the log alone. */
export function linkOfEvent({ id, type, data }: { id?: string | undefined; type: string; data: unknown }): Links {
  const span = data as { span_id: string; parent_span_id: string | null };
  switch (type) {
    case "SPAN":
      return linkOf(span);
    case "SPAN_STARTED":
      // Its own name, so that the span itself is still new when it comes.
      return hash16(`started ${span.span_id}`) + NO_SPAN;
    case "LOG":
      return String(id) + recordMark(span.span_id);
    default:
      return (id === undefined ? NO_SPAN : hash16(`event ${id}`)) + NO_SPAN;
  }
}

function hash16(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
