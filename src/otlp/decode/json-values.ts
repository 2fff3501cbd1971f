import { Buffer } from "node:buffer";
import type { Nano } from "../../events/nano.ts";
import type { Attributes, AttributeValue } from "../../events/span.ts";
import { doubleValue, setAttribute } from "./attributes.ts";
import { Invalid, MAX_VALUE_DEPTH, TOO_DEEP } from "./invalid.ts";

// Readers of one field of OTLP/JSON. Each throws `Invalid` for a value of the wrong type; null counts as absent.

/** What JSON.parse made of a message; every field may be missing or of any type. */
export type Raw = { [field: string]: unknown };

export const BAD_DROPPED = "a dropped…Count is not an unsigned 32-bit integer";

export function attributes(raw: unknown, depth: number): Attributes {
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

export function value(raw: unknown, depth: number): AttributeValue {
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

export function nano(raw: unknown, reason: string): Nano {
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

export function uint32(raw: unknown, reason: string): number {
  if (raw === undefined || raw === null) return 0;
  const number = typeof raw === "string" && raw.length <= 10 && allDigits(raw) ? Number(raw) : raw;
  if (typeof number !== "number" || number >>> 0 !== number) throw new Invalid(reason);
  return number;
}

/** The id in lower case, or null if it is not `digits` hex digits or all zeros. */
export function id(raw: unknown, digits: number): string | null {
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

export function text(raw: unknown, reason: string): string {
  if (typeof raw === "string") return raw.isWellFormed() ? raw : raw.toWellFormed();
  if (raw === undefined || raw === null) return "";
  throw new Invalid(reason);
}

const NO_FIELDS: Raw = Object.freeze({});

export function optionalObject(raw: unknown, what: string): Raw {
  return raw === undefined || raw === null ? NO_FIELDS : object(raw, what);
}

export function object(raw: unknown, what: string): Raw {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) throw new Invalid(`${what} is not an object`);
  return raw as Raw;
}

const NO_ELEMENTS: unknown[] = [];

export function list(raw: unknown, what: string): unknown[] {
  if (raw === undefined || raw === null) return NO_ELEMENTS;
  if (!Array.isArray(raw)) throw new Invalid(`${what} is not a list`);
  return raw;
}
