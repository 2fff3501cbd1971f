import type { HeldPart } from "../../../durable-objects/run-log/protocol.ts";
import type { RunDelta } from "../../events/delta.ts";
import type { RunEvent } from "../../events/event.ts";
import { parseRfc3339 } from "../../events/nano.ts";
import { decodePart } from "../../events/part.ts";
import type { SpanData } from "../../events/span.ts";
import { emptyDelta, foldEvent, foldSpans } from "./fold.ts";
import type { PartFacts } from "./merge.ts";
import { previewsOf } from "./previews.ts";

/**
 * What a held part adds to its run. Ingest folded it already; only if the log left events out, because it had them, is it
 * folded anew without them.
 * @param at milliseconds since the epoch at which the part reached the log
 */
export function factsOf(part: HeldPart, member: () => Uint8Array, at: number): PartFacts {
  if (part.skip.length === 0) return { delta: part.delta, links: part.links, last_seq: part.lastSeq, at };
  const events = decodePart(member(), part.place, part.firstSeq, part.skip);
  const skipped = new Set(part.skip);
  let links = "";
  for (let index = 0; index * 32 < part.links.length; index++) {
    if (!skipped.has(index)) links += part.links.slice(index * 32, index * 32 + 32);
  }
  return { delta: foldEvents(part.delta.kind, events), links, last_seq: part.lastSeq, at };
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
  for (const event of events) if (event.type !== "SPAN") foldEvent(delta, { time: parseRfc3339(event.time) ?? "0" });
  return delta;
}
