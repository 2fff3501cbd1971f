import type { HeldPart } from "../../../durable-objects/run-log/protocol.ts";
import type { RunDelta } from "../../events/delta.ts";
import type { RunEvent } from "../../events/event.ts";
import type { LogData, LogRecord } from "../../events/log-record.ts";
import { parseRfc3339 } from "../../events/nano.ts";
import { decodePart, type Unpack } from "../../events/part.ts";
import type { SpanContext, SpanData } from "../../events/span.ts";
import { clientCostOf } from "../../otlp/records/index.ts";
import { searchText } from "../search/text.ts";
import { emptyDelta, foldRecord, foldSpans } from "./fold.ts";
import { foldPlainEvent } from "./fold-event.ts";
import type { PartFacts } from "./merge.ts";
import { previewsOf, recordPreviews } from "./previews.ts";

/**
 * What a held part adds to its run. Ingest folded it already; only if the log left events out, because it had them, is it
 * folded anew without them.
 * @param at milliseconds since the epoch at which the part reached the log
 */
export function factsOf(part: HeldPart, member: () => Uint8Array, at: number): PartFacts {
  if (part.skip.length === 0) {
    // A part that an earlier version wrote may lack what later ones count.
    return { delta: { ...emptyDelta(part.delta.kind), ...part.delta }, links: part.links, last_seq: part.lastSeq, at };
  }
  const events = decodePart(member(), part.place, part.firstSeq, part.skip);
  const skipped = new Set(part.skip);
  let links = "";
  for (let index = 0; index * 32 < part.links.length; index++) {
    if (!skipped.has(index)) links += part.links.slice(index * 32, index * 32 + 32);
  }
  return { delta: foldEvents(part.delta.kind, events), links, last_seq: part.lastSeq, at };
}

/**
 * What can be found of a held part. It is unpacked for it only if its text did not come with it, or has events in it that the
 * log left out.
 */
export function textOf(part: HeldPart, member: () => Uint8Array, unpack: Unpack): string {
  if (part.text !== undefined && part.skip.length === 0) return part.text;
  return searchText(decodePart(member(), part.place, part.firstSeq, part.skip, unpack));
}

/** Folds events as readers see them: the way for whoever has only the log. */
export function foldEvents(kind: RunDelta["kind"], events: readonly RunEvent[]): RunDelta {
  const delta = emptyDelta(kind);
  const spans = events.filter((event) => event.type === "SPAN").map((event) => event.data as SpanData);
  foldSpans(
    delta,
    spans.map((data) => ({ span: data, context: data })),
    ({ span }) => previewsOf(span as SpanData, span as SpanData),
  );
  for (const event of events) {
    if (event.type === "SPAN") continue;
    if (event.type === "LOG") addRecord(delta, event.data as LogData, event.data as LogData);
    else foldPlainEvent(delta, { ...event, time: parseRfc3339(event.time) ?? "0" });
  }
  return delta;
}

/** Adds a log record with what its source says of it. */
export function addRecord(delta: RunDelta, record: LogRecord & { span_id: string }, context: SpanContext): void {
  foldRecord(delta, record, recordPreviews(record, context), clientCostOf(record, context));
}
