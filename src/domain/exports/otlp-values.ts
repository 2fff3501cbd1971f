import { Buffer } from "node:buffer";
import type { Attributes, AttributeValue } from "../../events/span.ts";

/** A value as OTLP/JSON writes it. */
type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number }
  | { bytesValue: string }
  | { arrayValue: { values: AnyValue[] } }
  | { kvlistValue: { values: KeyValue[] } }
  | Record<string, never>;

interface KeyValue {
  key: string;
  value: AnyValue;
}

/**
 * Attributes in OTLP/JSON. Reading them gives the same plain JSON again; the type that a value once had, where plain JSON
 * does not tell, is the likeliest: a whole number is an int, digits and words in a string are a string, `{bytes}` with
 * base64 in it is bytes.
 */
export function keyValues(attributes: Attributes): KeyValue[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: AttributeValue): AnyValue {
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "boolean":
      return { boolValue: value };
    case "number":
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  if (value === null) return {};
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (isBytes(value)) return { bytesValue: value.bytes };
  return { kvlistValue: { values: keyValues(value) } };
}

/** Bytes are base64 in its one canonical form: anything else would not be the same when it is read. */
function isBytes(value: Attributes): value is { bytes: string } {
  const { bytes } = value;
  if (typeof bytes !== "string" || Object.keys(value).length !== 1) return false;
  return Buffer.from(bytes, "base64").toString("base64") === bytes;
}
