import { Buffer } from "node:buffer";
import type { Nano } from "../../events/nano.ts";
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

/** What JSON.parse made of a message; every field may be missing or of any type. */
type Raw = { [field: string]: unknown };

const decoder = new TextDecoder();

/**
 * Decodes an ExportTraceServiceRequest in OTLP/JSON: lowerCamelCase keys, ids in hex, enums as integers, 64-bit integers
 * as strings or numbers. A field that is null counts as absent and unknown fields are ignored; a field of the wrong type
 * rejects its span, or the body if it lies outside of spans. An enum given by name is not valid OTLP and reads as
 * unspecified or unset.
 * @throws AppError `undecodable_body` when the bytes are no JSON object or its envelopes are malformed
 */
export function decodeTracesJson(bytes: Uint8Array): DecodedTraces {
  const decoded: DecodedTraces = { groups: [], rejected: 0, reasons: new Map() };
  if (bytes.length === 0) return decoded;
  let request: unknown;
  try {
    request = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw undecodable("it is not valid JSON", error);
  }
  try {
    readRequest(request, decoded);
  } catch (error) {
    if (error instanceof Invalid) throw undecodable(error.reason);
    throw error;
  }
  return decoded;
}

function readRequest(request: unknown, decoded: DecodedTraces): void {
  const resourceSpans = list(object(request, "the body").resourceSpans, "resourceSpans");
  for (let i = 0; i < resourceSpans.length; i++) {
    const ofResource = object(resourceSpans[i], "an element of resourceSpans");
    const resource = attributes(optionalObject(ofResource.resource, "resource").attributes, 0);
    const scopeSpans = list(ofResource.scopeSpans, "scopeSpans");
    for (let j = 0; j < scopeSpans.length; j++) {
      const ofScope = object(scopeSpans[j], "an element of scopeSpans");
      const rawSpans = list(ofScope.spans, "spans");
      if (rawSpans.length === 0) continue;
      const group: SpanGroup = { context: { resource, scope: scope(ofScope.scope) }, spans: [] };
      readSpans(rawSpans, group.spans, decoded);
      if (group.spans.length > 0) decoded.groups.push(group);
    }
  }
}

function scope(raw: unknown): SpanContext["scope"] {
  const fields = optionalObject(raw, "scope");
  const read: SpanContext["scope"] = {
    name: text(fields.name, "scope.name is not a string"),
    version: text(fields.version, "scope.version is not a string"),
  };
  if (fields.attributes !== undefined && fields.attributes !== null) {
    const own = attributes(fields.attributes, 0);
    if (Object.keys(own).length > 0) read.attributes = own;
  }
  return read;
}

function readSpans(raw: unknown[], spans: Span[], decoded: DecodedTraces): void {
  for (let i = 0; i < raw.length; i++) {
    try {
      spans.push(readSpan(raw[i]));
    } catch (error) {
      if (!(error instanceof Invalid) || error.reason === TOO_DEEP) throw error;
      decoded.rejected++;
      decoded.reasons.set(error.reason, (decoded.reasons.get(error.reason) ?? 0) + 1);
    }
  }
}

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

const BAD_DROPPED = "a dropped…Count is not an unsigned 32-bit integer";

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

function attributes(raw: unknown, depth: number): Attributes {
  const read: Attributes = {};
  if (raw === undefined || raw === null) return read;
  if (!Array.isArray(raw)) throw new Invalid("attributes is not a list of {key, value}");
  for (let i = 0; i < raw.length; i++) {
    const pair = raw[i] as Raw | null;
    if (typeof pair !== "object" || pair === null) throw new Invalid("an attribute is not an object {key, value}");
    setAttribute(read, text(pair.key, "an attribute's key is not a string"), value(pair.value, depth));
  }
  return read;
}

function value(raw: unknown, depth: number): AttributeValue {
  if (raw === undefined || raw === null) return null;
  if (typeof raw !== "object") throw new Invalid("an attribute's value is not an object such as {stringValue}");
  const any = raw as Raw;
  const string = any.stringValue;
  if (typeof string === "string") return string.isWellFormed() ? string : string.toWellFormed();
  if (any.intValue !== undefined && any.intValue !== null) return int64(any.intValue);
  if (any.doubleValue !== undefined && any.doubleValue !== null) return double(any.doubleValue);
  if (typeof any.boolValue === "boolean") return any.boolValue;
  if (any.arrayValue !== undefined && any.arrayValue !== null) return array(any.arrayValue, depth + 1);
  if (any.kvlistValue !== undefined && any.kvlistValue !== null) {
    if (depth + 1 > MAX_VALUE_DEPTH) throw new Invalid(TOO_DEEP);
    return attributes(object(any.kvlistValue, "kvlistValue").values, depth + 1);
  }
  if (any.bytesValue !== undefined && any.bytesValue !== null) return base64(any.bytesValue);
  if (string !== undefined && string !== null) throw new Invalid("a stringValue is not a string");
  if (any.boolValue !== undefined && any.boolValue !== null) throw new Invalid("a boolValue is not true or false");
  if (Array.isArray(raw)) throw new Invalid("an attribute's value is not an object such as {stringValue}");
  return null;
}

function array(raw: unknown, depth: number): AttributeValue[] {
  if (depth > MAX_VALUE_DEPTH) throw new Invalid(TOO_DEEP);
  const values = list(object(raw, "arrayValue").values, "arrayValue.values");
  const read: AttributeValue[] = [];
  for (let i = 0; i < values.length; i++) read.push(value(values[i], depth));
  return read;
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;
const BAD_INT64 = "an intValue is not a 64-bit integer";

function int64(raw: unknown): number | string {
  if (typeof raw === "number") {
    if (Number.isSafeInteger(raw)) return raw;
    // JSON.parse has rounded it already; its shortest digits are the best guess at what was sent.
    if (!Number.isInteger(raw) || Math.abs(raw) > 2 ** 63) throw new Invalid(BAD_INT64);
    return raw === 2 ** 63 ? String(INT64_MAX) : raw === -(2 ** 63) ? String(INT64_MIN) : String(raw);
  }
  if (typeof raw !== "string" || raw.length > 32 || !/^-?[0-9]+$/.test(raw)) throw new Invalid(BAD_INT64);
  const number = Number(raw);
  if (Number.isSafeInteger(number)) return number + 0;
  const exact = BigInt(raw);
  if (exact < INT64_MIN || exact > INT64_MAX) throw new Invalid(BAD_INT64);
  return exact.toString();
}

function double(raw: unknown): number | string {
  if (typeof raw === "number") return doubleValue(raw);
  if (raw === "NaN" || raw === "Infinity" || raw === "-Infinity") return raw;
  if (typeof raw === "string" && /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(raw)) return doubleValue(Number(raw));
  throw new Invalid("a doubleValue is not a number");
}

function base64(raw: unknown): AttributeValue {
  if (typeof raw !== "string" || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(raw)) {
    throw new Invalid("a bytesValue is not base64");
  }
  return { bytes: Buffer.from(raw, "base64").toString("base64") };
}

function nano(raw: unknown, reason: string): Nano {
  if (typeof raw === "string") {
    // The form of every exporter of today: digits, no zero in front, far from the limit of 64 bits.
    if (raw.length === 19 && raw.charCodeAt(0) !== 48 && allDigits(raw)) return raw;
    if (raw === "") return "0";
    if (raw.length > 32 || !allDigits(raw)) throw new Invalid(reason);
    const exact = BigInt(raw);
    if (exact > UINT64_MAX) throw new Invalid(reason);
    return exact.toString();
  }
  if (typeof raw === "number") {
    if (!Number.isInteger(raw) || raw < 0 || raw > 2 ** 64) throw new Invalid(reason);
    return raw === 2 ** 64 ? String(UINT64_MAX) : String(raw);
  }
  if (raw === undefined || raw === null) return "0";
  throw new Invalid(reason);
}

function allDigits(string: string): boolean {
  for (let i = 0; i < string.length; i++) {
    const code = string.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

function uint32(raw: unknown, reason: string): number {
  if (raw === undefined || raw === null) return 0;
  const number = typeof raw === "string" && raw.length <= 10 && allDigits(raw) ? Number(raw) : raw;
  if (typeof number !== "number" || number >>> 0 !== number) throw new Invalid(reason);
  return number;
}

function parentId(raw: unknown): string | null {
  if (raw === undefined || raw === null || raw === "" || raw === "0000000000000000") return null;
  return id(raw, 16) ?? bad(BAD_PARENT_ID);
}

/** The id in lower case, or null if it is not `digits` hex digits or all zeros. */
function id(raw: unknown, digits: number): string | null {
  if (typeof raw !== "string" || raw.length !== digits) return null;
  let upper = false;
  let zero = true;
  for (let i = 0; i < digits; i++) {
    const code = raw.charCodeAt(i);
    if (code >= 48 && code <= 57) {
      if (code !== 48) zero = false;
    } else if (code >= 97 && code <= 102) zero = false;
    else if (code >= 65 && code <= 70) {
      zero = false;
      upper = true;
    } else return null;
  }
  if (zero) return null;
  return upper ? raw.toLowerCase() : raw;
}

function bad(reason: string): never {
  throw new Invalid(reason);
}

function text(raw: unknown, reason: string): string {
  if (typeof raw === "string") return raw.isWellFormed() ? raw : raw.toWellFormed();
  if (raw === undefined || raw === null) return "";
  throw new Invalid(reason);
}

const NO_FIELDS: Raw = Object.freeze({});

function optionalObject(raw: unknown, what: string): Raw {
  return raw === undefined || raw === null ? NO_FIELDS : object(raw, what);
}

function object(raw: unknown, what: string): Raw {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw new Invalid(`${what} is not an object`);
  return raw as Raw;
}

const NO_ELEMENTS: unknown[] = [];

function list(raw: unknown, what: string): unknown[] {
  if (raw === undefined || raw === null) return NO_ELEMENTS;
  if (!Array.isArray(raw)) throw new Invalid(`${what} is not a list`);
  return raw;
}
