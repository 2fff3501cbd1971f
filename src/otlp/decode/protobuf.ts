import {
  type Attributes,
  SPAN_KINDS,
  type Span,
  type SpanEvent,
  type SpanLink,
  STATUS_CODES,
} from "../../events/span.ts";
import type { DecodedTraces } from "../model.ts";
import { BAD_PARENT_ID, BAD_SPAN_ID, BAD_TRACE_ID } from "./invalid.ts";
import { readBody, readRequest } from "./protobuf-envelopes.ts";
import { field, hexId, readAttribute, unknown } from "./protobuf-values.ts";
import { BYTES, FIXED32, FIXED64, VARINT, type WireReader } from "./wire.ts";

/**
 * Decodes an ExportTraceServiceRequest in binary protobuf (opentelemetry-proto 1.x). Gives what `decodeTracesJson` gives
 * for the same content. Unknown fields are skipped; 0 bytes are an empty request.
 * @throws AppError `undecodable_body` when the bytes are no such message: cut off, a known field of another wire type …
 */
export function decodeTracesProtobuf(bytes: Uint8Array): DecodedTraces {
  const decoded: DecodedTraces = { groups: [], rejected: 0, reasons: new Map() };
  readBody(bytes, "an OTLP trace request", (reader) => {
    readRequest<Span>(reader, {
      read: (at, spans) => readSpan(at, spans, decoded),
      take: (spans, context) => decoded.groups.push({ context, spans }),
    });
  });
  return decoded;
}

// The numbers in the cases are field numbers of opentelemetry/proto/trace/v1.

function readSpan(reader: WireReader, spans: Span[], decoded: DecodedTraces): void {
  const outer = reader.enter();
  let traceId: string | null = null;
  let spanId: string | null = null;
  let parentId: string | null = null;
  let parentIsBad = false;
  let droppedAttributes = 0;
  let droppedEvents = 0;
  let droppedLinks = 0;
  let badLinks = 0;
  let flags = 0;
  let traceState = "";
  const span: Span = {
    trace_id: "",
    span_id: "",
    parent_span_id: null,
    name: "",
    kind: "unspecified",
    start_time_unix_nano: "0",
    end_time_unix_nano: "0",
    status: UNSET,
    attributes: {},
    events: [],
    links: [],
  };
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case field(1, BYTES):
        traceId = hexId(reader.bytesField(), 16);
        break;
      case field(2, BYTES):
        spanId = hexId(reader.bytesField(), 8);
        break;
      case field(3, BYTES):
        traceState = reader.string();
        break;
      case field(4, BYTES): {
        const bytes = reader.bytesField();
        parentId = hexId(bytes, 8);
        parentIsBad = parentId === null && bytes.length !== 0 && bytes.length !== 8;
        break;
      }
      case field(5, BYTES):
        span.name = reader.string();
        break;
      case field(6, VARINT):
        span.kind = SPAN_KINDS[reader.uint32()] ?? "unspecified";
        break;
      case field(7, FIXED64):
        span.start_time_unix_nano = reader.fixed64();
        break;
      case field(8, FIXED64):
        span.end_time_unix_nano = reader.fixed64();
        break;
      case field(9, BYTES):
        readAttribute(reader, span.attributes, 0);
        break;
      case field(10, VARINT):
        droppedAttributes = reader.uint32();
        break;
      case field(11, BYTES):
        span.events.push(readEvent(reader));
        break;
      case field(12, VARINT):
        droppedEvents = reader.uint32();
        break;
      case field(13, BYTES):
        if (!readLink(reader, span.links)) badLinks++;
        break;
      case field(14, VARINT):
        droppedLinks = reader.uint32();
        break;
      case field(15, BYTES):
        span.status = readStatus(reader);
        break;
      case field(16, FIXED32):
        flags = reader.fixed32();
        break;
      default:
        unknown(reader, tag, 16);
    }
  }
  reader.leave(outer);
  if (traceId === null || spanId === null || parentIsBad) {
    const reason = traceId === null ? BAD_TRACE_ID : spanId === null ? BAD_SPAN_ID : BAD_PARENT_ID;
    decoded.rejected++;
    decoded.reasons.set(reason, (decoded.reasons.get(reason) ?? 0) + 1);
    return;
  }
  span.trace_id = traceId;
  span.span_id = spanId;
  span.parent_span_id = parentId;
  if (span.status === UNSET) span.status = { code: "unset" };
  // Most spans have none of these; a key that is absent costs nothing where the span is stored.
  if (traceState !== "") span.trace_state = traceState;
  if (flags !== 0) span.flags = flags;
  if (droppedAttributes !== 0) span.dropped_attributes_count = droppedAttributes;
  if (droppedEvents !== 0) span.dropped_events_count = droppedEvents;
  droppedLinks += badLinks;
  if (droppedLinks !== 0) span.dropped_links_count = droppedLinks;
  spans.push(span);
}

const UNSET: Span["status"] = { code: "unset" };

function readStatus(reader: WireReader): Span["status"] {
  const outer = reader.enter();
  const status: Span["status"] = { code: "unset" };
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(2, BYTES)) {
      const message = reader.string();
      if (message !== "") status.message = message;
    } else if (tag === field(3, VARINT)) status.code = STATUS_CODES[reader.uint32()] ?? "unset";
    // Reserved: the code of OTLP before 1.0, which old exporters still send beside the new one.
    else if (tag === field(1, VARINT)) reader.skip(tag);
    else unknown(reader, tag, 3);
  }
  reader.leave(outer);
  return status;
}

function readEvent(reader: WireReader): SpanEvent {
  const outer = reader.enter();
  const event: SpanEvent = { name: "", time_unix_nano: "0", attributes: {} };
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, FIXED64)) event.time_unix_nano = reader.fixed64();
    else if (tag === field(2, BYTES)) event.name = reader.string();
    else if (tag === field(3, BYTES)) readAttribute(reader, event.attributes, 0);
    else if (tag === field(4, VARINT)) {
      const dropped = reader.uint32();
      if (dropped !== 0) event.dropped_attributes_count = dropped;
    } else unknown(reader, tag, 4);
  }
  reader.leave(outer);
  return event;
}

/** Reads a link into `links`; false if it points nowhere (bad ids) and was left out. */
function readLink(reader: WireReader, links: SpanLink[]): boolean {
  const outer = reader.enter();
  let traceId: string | null = null;
  let spanId: string | null = null;
  let traceState = "";
  let flags = 0;
  let dropped = 0;
  const attributes: Attributes = {};
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) traceId = hexId(reader.bytesField(), 16);
    else if (tag === field(2, BYTES)) spanId = hexId(reader.bytesField(), 8);
    else if (tag === field(3, BYTES)) traceState = reader.string();
    else if (tag === field(4, BYTES)) readAttribute(reader, attributes, 0);
    else if (tag === field(5, VARINT)) dropped = reader.uint32();
    else if (tag === field(6, FIXED32)) flags = reader.fixed32();
    else unknown(reader, tag, 6);
  }
  reader.leave(outer);
  if (traceId === null || spanId === null) return false;
  const link: SpanLink = { trace_id: traceId, span_id: spanId, attributes };
  if (traceState !== "") link.trace_state = traceState;
  if (flags !== 0) link.flags = flags;
  if (dropped !== 0) link.dropped_attributes_count = dropped;
  links.push(link);
  return true;
}
