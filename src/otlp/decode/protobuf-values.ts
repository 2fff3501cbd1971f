import { Buffer } from "node:buffer";
import type { Attributes, AttributeValue } from "../../events/span.ts";
import { doubleValue, setAttribute } from "./attributes.ts";
import { Invalid, MAX_VALUE_DEPTH, TOO_DEEP } from "./invalid.ts";
import { BYTES, FIXED64, VARINT, type WireReader, WRONG_TYPE } from "./wire.ts";

// Readers of what the messages of OTLP share: opentelemetry/proto/common/v1. The numbers are field numbers.

export function readAttribute(reader: WireReader, into: Attributes, depth: number): void {
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

export function readValue(reader: WireReader, depth: number): AttributeValue {
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

export function field(number: number, wireType: number): number {
  return number * 8 + wireType;
}

/**
 * Skips a field that this version does not know. A field that it does know, `known` being the highest number, comes here
 * only with another wire type than its own: then the bytes are something else than OTLP.
 */
export function unknown(reader: WireReader, tag: number, known: number): void {
  if (tag >>> 3 <= known) throw new Invalid(WRONG_TYPE);
  reader.skip(tag);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The id in hex, or null if it is not `length` bytes or all zeros. */
export function hexId(bytes: Uint8Array, length: number): string | null {
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
