import { SPAN_KINDS, type Span, type SpanEvent, type SpanLink, STATUS_CODES } from "../../events/span.ts";
import type { DecodedTraces } from "../model.ts";
import { BAD_PARENT_ID, BAD_SPAN_ID, BAD_TRACE_ID, Invalid } from "./invalid.ts";
import { eachScope, readBody, readEach } from "./json-envelopes.ts";
import { attributes, BAD_DROPPED, id, list, nano, object, type Raw, text, uint32 } from "./json-values.ts";

/**
 * Decodes an ExportTraceServiceRequest in OTLP/JSON: lowerCamelCase keys, ids in hex, enums as integers, 64-bit integers
 * as strings or numbers. A field that is null counts as absent and unknown fields are ignored; a field of the wrong type
 * rejects its span, or the body if it lies outside of spans. An enum given by name is not valid OTLP and reads as
 * unspecified or unset.
 * @throws AppError `undecodable_body` when the bytes are no JSON object or its envelopes are malformed
 */
export function decodeTracesJson(bytes: Uint8Array): DecodedTraces {
  const decoded: DecodedTraces = { groups: [], rejected: 0, reasons: new Map() };
  readBody(bytes, "an OTLP trace request", (request) => {
    eachScope(request, LISTS, (items, context) => {
      const spans = readEach(items, readSpan, decoded);
      if (spans.length > 0) decoded.groups.push({ context, spans });
    });
  });
  return decoded;
}

const LISTS = { ofResources: "resourceSpans", ofScopes: "scopeSpans", ofItems: "spans" };

function readSpan(element: unknown): Span {
  if (typeof element !== "object" || element === null) throw new Invalid("a span is not an object");
  const raw = element as Raw;
  const span: Span = {
    trace_id: id(raw.traceId, 32) ?? bad(BAD_TRACE_ID),
    span_id: id(raw.spanId, 16) ?? bad(BAD_SPAN_ID),
    parent_span_id: parentId(raw.parentSpanId),
    name: text(raw.name, "name is not a string"),
    kind: enumName(SPAN_KINDS, raw.kind, "unspecified"),
    start_time_unix_nano: nano(raw.startTimeUnixNano, "startTimeUnixNano is not an unsigned 64-bit integer"),
    end_time_unix_nano: nano(raw.endTimeUnixNano, "endTimeUnixNano is not an unsigned 64-bit integer"),
    status: status(raw.status),
    attributes: attributes(raw.attributes, 0),
    events: events(raw.events),
    links: [],
  };
  // Most spans have none of these; a key that is absent costs nothing where the span is stored.
  const traceState = text(raw.traceState, "traceState is not a string");
  if (traceState !== "") span.trace_state = traceState;
  const flags = uint32(raw.flags, "flags is not an unsigned 32-bit integer");
  if (flags !== 0) span.flags = flags;
  const droppedAttributes = uint32(raw.droppedAttributesCount, BAD_DROPPED);
  if (droppedAttributes !== 0) span.dropped_attributes_count = droppedAttributes;
  const droppedEvents = uint32(raw.droppedEventsCount, BAD_DROPPED);
  if (droppedEvents !== 0) span.dropped_events_count = droppedEvents;
  const droppedLinks = uint32(raw.droppedLinksCount, BAD_DROPPED) + links(raw.links, span.links);
  if (droppedLinks !== 0) span.dropped_links_count = droppedLinks;
  return span;
}

function status(raw: unknown): Span["status"] {
  if (raw === undefined || raw === null) return { code: "unset" };
  const fields = object(raw, "status");
  const code = enumName(STATUS_CODES, fields.code, "unset");
  const message = text(fields.message, "status.message is not a string");
  return message === "" ? { code } : { code, message };
}

/** Only numbers are enums in OTLP/JSON: a name, or a number that is not in the list, reads as the default. */
function enumName<T extends string>(names: readonly T[], raw: unknown, byDefault: T): T {
  return typeof raw === "number" ? (names[raw] ?? byDefault) : byDefault;
}

function events(raw: unknown): SpanEvent[] {
  const elements = list(raw, "events");
  const read: SpanEvent[] = [];
  for (let i = 0; i < elements.length; i++) {
    const fields = object(elements[i], "an event");
    const event: SpanEvent = {
      name: text(fields.name, "an event's name is not a string"),
      time_unix_nano: nano(fields.timeUnixNano, "an event's timeUnixNano is not an unsigned 64-bit integer"),
      attributes: attributes(fields.attributes, 0),
    };
    const dropped = uint32(fields.droppedAttributesCount, BAD_DROPPED);
    if (dropped !== 0) event.dropped_attributes_count = dropped;
    read.push(event);
  }
  return read;
}

/** Reads links into `read`; returns how many were left out because they point nowhere (bad ids). */
function links(raw: unknown, read: SpanLink[]): number {
  const elements = list(raw, "links");
  let bad = 0;
  for (let i = 0; i < elements.length; i++) {
    const fields = object(elements[i], "a link");
    const trace_id = id(fields.traceId, 32);
    const span_id = id(fields.spanId, 16);
    if (trace_id === null || span_id === null) {
      bad++;
      continue;
    }
    const link: SpanLink = { trace_id, span_id, attributes: attributes(fields.attributes, 0) };
    const traceState = text(fields.traceState, "a link's traceState is not a string");
    if (traceState !== "") link.trace_state = traceState;
    const flags = uint32(fields.flags, "a link's flags is not an unsigned 32-bit integer");
    if (flags !== 0) link.flags = flags;
    const dropped = uint32(fields.droppedAttributesCount, BAD_DROPPED);
    if (dropped !== 0) link.dropped_attributes_count = dropped;
    read.push(link);
  }
  return bad;
}

function parentId(raw: unknown): string | null {
  if (raw === undefined || raw === null || raw === "" || raw === "0000000000000000") return null;
  return id(raw, 16) ?? bad(BAD_PARENT_ID);
}

function bad(reason: string): never {
  throw new Invalid(reason);
}
