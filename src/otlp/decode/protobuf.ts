import { Buffer } from "node:buffer";
import {
  type Attributes,
  type AttributeValue,
  SPAN_KINDS,
  type Span,
  type SpanContext,
  type SpanEvent,
  type SpanLink,
  STATUS_CODES,
} from "../../events/span.ts";
import type { DecodedTraces, SpanGroup } from "../model.ts";
import { doubleValue, setAttribute } from "./attributes.ts";
import {
  BAD_PARENT_ID,
  BAD_SPAN_ID,
  BAD_TRACE_ID,
  Invalid,
  MAX_VALUE_DEPTH,
  TOO_DEEP,
  undecodable,
} from "./invalid.ts";
import { BYTES, FIXED32, FIXED64, VARINT, WireReader, WRONG_TYPE } from "./wire.ts";

/**
 * Decodes an ExportTraceServiceRequest in binary protobuf (opentelemetry-proto 1.x). Gives what `decodeTracesJson` gives
 * for the same content. Unknown fields are skipped; 0 bytes are an empty request.
 * @throws AppError `undecodable_body` when the bytes are no such message: cut off, a known field of another wire type …
 */
export function decodeTracesProtobuf(bytes: Uint8Array): DecodedTraces {
  const decoded: DecodedTraces = { groups: [], rejected: 0, reasons: new Map() };
  try {
    readRequest(new WireReader(bytes), decoded);
  } catch (error) {
    if (error instanceof Invalid) throw undecodable(error.reason);
    throw error;
  }
  return decoded;
}

// The numbers in the cases are field numbers of opentelemetry/proto/{collector/trace,trace,resource,common}/v1.

function readRequest(reader: WireReader, decoded: DecodedTraces): void {
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) readResourceSpans(reader, decoded);
    else unknown(reader, tag, 1);
  }
}

function readResourceSpans(reader: WireReader, decoded: DecodedTraces): void {
  const outer = reader.enter();
  // Filled where it lies, as a sender may write the resource after its spans.
  const resource: Attributes = {};
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) readResource(reader, resource);
    else if (tag === field(2, BYTES)) readScopeSpans(reader, resource, decoded);
    else unknown(reader, tag, 2);
  }
  reader.leave(outer);
}

function readResource(reader: WireReader, resource: Attributes): void {
  const outer = reader.enter();
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) readAttribute(reader, resource, 0);
    else unknown(reader, tag, 1);
  }
  reader.leave(outer);
}

function readScopeSpans(reader: WireReader, resource: Attributes, decoded: DecodedTraces): void {
  const outer = reader.enter();
  const scope: SpanContext["scope"] = { name: "", version: "" };
  const group: SpanGroup = { context: { resource, scope }, spans: [] };
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) readScope(reader, scope);
    else if (tag === field(2, BYTES)) readSpan(reader, group.spans, decoded);
    else unknown(reader, tag, 2);
  }
  if (group.spans.length > 0) decoded.groups.push(group);
  reader.leave(outer);
}

function readScope(reader: WireReader, scope: SpanContext["scope"]): void {
  const outer = reader.enter();
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) scope.name = reader.string();
    else if (tag === field(2, BYTES)) scope.version = reader.string();
    else if (tag === field(3, BYTES)) {
      scope.attributes ??= {};
      readAttribute(reader, scope.attributes, 0);
    } else unknown(reader, tag, 3);
  }
  reader.leave(outer);
}

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

function readAttribute(reader: WireReader, into: Attributes, depth: number): void {
  const outer = reader.enter();
  let key = "";
  let value: AttributeValue = null;
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) key = reader.string();
    else if (tag === field(2, BYTES)) value = readValue(reader, depth);
    else unknown(reader, tag, 2);
  }
  reader.leave(outer);
  setAttribute(into, key, value);
}

function readValue(reader: WireReader, depth: number): AttributeValue {
  const outer = reader.enter();
  let value: AttributeValue = null;
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case field(1, BYTES):
        value = reader.string();
        break;
      case field(2, VARINT):
        value = reader.bool();
        break;
      case field(3, VARINT):
        value = reader.int64();
        break;
      case field(4, FIXED64):
        value = doubleValue(reader.double());
        break;
      case field(5, BYTES):
        value = readArray(reader, depth + 1);
        break;
      case field(6, BYTES):
        value = readKeyValueList(reader, depth + 1);
        break;
      case field(7, BYTES): {
        const bytes = reader.bytesField();
        value = { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64") };
        break;
      }
      default:
        unknown(reader, tag, 7);
    }
  }
  reader.leave(outer);
  return value;
}

function readArray(reader: WireReader, depth: number): AttributeValue[] {
  if (depth > MAX_VALUE_DEPTH) throw new Invalid(TOO_DEEP);
  const outer = reader.enter();
  const values: AttributeValue[] = [];
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) values.push(readValue(reader, depth));
    else unknown(reader, tag, 1);
  }
  reader.leave(outer);
  return values;
}

function readKeyValueList(reader: WireReader, depth: number): Attributes {
  if (depth > MAX_VALUE_DEPTH) throw new Invalid(TOO_DEEP);
  const outer = reader.enter();
  const values: Attributes = {};
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === field(1, BYTES)) readAttribute(reader, values, depth);
    else unknown(reader, tag, 1);
  }
  reader.leave(outer);
  return values;
}

function field(number: number, wireType: number): number {
  return number * 8 + wireType;
}

/**
 * Skips a field that this version does not know. A field that it does know, `known` being the highest number, comes here
 * only with another wire type than its own: then the bytes are something else than OTLP.
 */
function unknown(reader: WireReader, tag: number, known: number): void {
  if (tag >>> 3 <= known) throw new Invalid(WRONG_TYPE);
  reader.skip(tag);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The id in hex, or null if it is not `length` bytes or all zeros. */
function hexId(bytes: Uint8Array, length: number): string | null {
  if (bytes.length !== length) return null;
  let hex = "";
  let any = 0;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] as number;
    any |= byte;
    hex += HEX[byte];
  }
  return any === 0 ? null : hex;
}
