import { Buffer } from "node:buffer";
import { type Attributes, type AttributeValue, SPAN_KINDS, type Span, STATUS_CODES } from "../../../src/events/span.ts";
import type { DecodedTraces } from "../../../src/otlp/model.ts";

// Generated decoders give messages of their own; these turn them into our spans, as our own reader does on the way.
// Messages of both libraries differ in how they hold a oneof and 64-bit integers.

// biome-ignore lint/suspicious/noExplicitAny: generated code without types
type Message = any;

/** From protobufjs' static classes: a oneof is the set one of its fields, 64 bits are `Long`. */
export function fromProtobufjs(request: Message): DecodedTraces {
  return convert(request, pbjsValue, (long) => long.toString());
}

/** From protobuf-es: a oneof is `{case, value}`, 64 bits are bigint. */
export function fromProtobufEs(request: Message): DecodedTraces {
  return convert(request, esValue, (bigint) => bigint.toString());
}

function convert(
  request: Message,
  value: (any: Message) => AttributeValue,
  nano: (time: Message) => string,
): DecodedTraces {
  const decoded: DecodedTraces = { groups: [], rejected: 0, reasons: new Map() };
  const attributes = (pairs: Message[]): Attributes => {
    const read: Attributes = {};
    for (const pair of pairs) read[pair.key] = pair.value ? value(pair.value) : null;
    return read;
  };
  for (const ofResource of request.resourceSpans) {
    const resource = attributes(ofResource.resource?.attributes ?? []);
    for (const ofScope of ofResource.scopeSpans) {
      const spans: Span[] = [];
      for (const span of ofScope.spans) {
        spans.push({
          trace_id: hex(span.traceId),
          span_id: hex(span.spanId),
          parent_span_id: span.parentSpanId.length === 0 ? null : hex(span.parentSpanId),
          name: span.name,
          kind: SPAN_KINDS[span.kind] ?? "unspecified",
          start_time_unix_nano: nano(span.startTimeUnixNano),
          end_time_unix_nano: nano(span.endTimeUnixNano),
          status: span.status?.message
            ? { code: STATUS_CODES[span.status.code] ?? "unset", message: span.status.message }
            : { code: STATUS_CODES[span.status?.code ?? 0] ?? "unset" },
          attributes: attributes(span.attributes),
          events: span.events.map((event: Message) => ({
            name: event.name,
            time_unix_nano: nano(event.timeUnixNano),
            attributes: attributes(event.attributes),
          })),
          links: [],
        });
      }
      const scope = { name: ofScope.scope?.name ?? "", version: ofScope.scope?.version ?? "" };
      decoded.groups.push({ context: { resource, scope }, spans });
    }
  }
  return decoded;
}

function pbjsValue(any: Message): AttributeValue {
  if (any.stringValue != null) return any.stringValue;
  if (any.intValue != null) return any.intValue.toNumber();
  if (any.doubleValue != null) return any.doubleValue;
  if (any.boolValue != null) return any.boolValue;
  return null;
}

function esValue(any: Message): AttributeValue {
  const { case: which, value } = any.value;
  if (which === "intValue") return Number(value);
  return which === undefined ? null : value;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}
