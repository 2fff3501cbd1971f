import type { OtlpType } from "./decode/index.ts";

/** What a partial success tells the client: how many items were not taken and why, in English. */
export interface PartialSuccess {
  rejected: number;
  message: string;
}

/** Longest message of an answer, in UTF-16 units. The client logs it; a longer one helps nobody. */
const MAX_MESSAGE = 1000;

/** A body in one of the two encodings. */
type Encoded<T extends OtlpType> = T extends "json" ? string : Uint8Array<ArrayBuffer>;

/** What JSON calls the count of what was not taken. In protobuf it is field 1 of every signal's partial success. */
const REJECTED_FIELDS = { traces: "rejectedSpans", logs: "rejectedLogRecords" } as const;

/**
 * The body of a 200 to an export (Export…ServiceResponse). On full success `partial` is left out, and partial_success is
 * then unset as OTLP demands: `{}` in JSON, no bytes in protobuf.
 */
export function encodeResponse<T extends OtlpType>(
  signal: keyof typeof REJECTED_FIELDS,
  type: T,
  partial?: PartialSuccess,
): Encoded<T>;
export function encodeResponse(
  signal: keyof typeof REJECTED_FIELDS,
  type: OtlpType,
  partial?: PartialSuccess,
): Encoded<OtlpType> {
  if (partial === undefined) return encodeEmptyResponse(type);
  const message = shorten(partial.message);
  // Both fields in their proto3 form: an int64 is a string in JSON, and a default is left out.
  if (type === "json") {
    const partialSuccess: { [field: string]: string } = {};
    if (partial.rejected !== 0) partialSuccess[REJECTED_FIELDS[signal]] = String(partial.rejected);
    if (message !== "") partialSuccess.errorMessage = message;
    return JSON.stringify({ partialSuccess });
  }
  return bytesField(1, [...varintField(1, partial.rejected), ...stringField(2, message)]);
}

/** `encodeResponse` for a trace export. */
export function encodeTraceResponse<T extends OtlpType>(type: T, partial?: PartialSuccess): Encoded<T> {
  return encodeResponse("traces", type, partial);
}

/** The body of a 200 to an export that was taken whole: an empty message, whatever the signal. */
export function encodeEmptyResponse(type: OtlpType): string | Uint8Array<ArrayBuffer> {
  return type === "json" ? "{}" : new Uint8Array(0);
}

/** The body of any 4xx or 5xx at an OTLP door: google.rpc.Status. `grpcCode` as in google.rpc.Code (3 = invalid argument). */
export function encodeStatus(type: "json", grpcCode: number, message: string): string;
export function encodeStatus(type: "protobuf", grpcCode: number, message: string): Uint8Array<ArrayBuffer>;
export function encodeStatus(type: OtlpType, grpcCode: number, message: string): string | Uint8Array<ArrayBuffer>;
export function encodeStatus(type: OtlpType, grpcCode: number, message: string): string | Uint8Array<ArrayBuffer> {
  const short = shorten(message);
  if (type === "json") return JSON.stringify({ code: grpcCode, message: short });
  return new Uint8Array([...varintField(1, grpcCode), ...stringField(2, short)]);
}

function shorten(message: string): string {
  // The cut may fall between the halves of a surrogate pair.
  if (message.length <= MAX_MESSAGE) return message;
  return `${message.slice(0, MAX_MESSAGE - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

const encoder = new TextEncoder();

function varintField(number: number, value: number): number[] {
  return value === 0 ? [] : [number * 8, ...varint(value)];
}

function stringField(number: number, text: string): number[] {
  if (text === "") return [];
  const bytes = encoder.encode(text);
  return [number * 8 + 2, ...varint(bytes.length), ...bytes];
}

function bytesField(number: number, bytes: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array([number * 8 + 2, ...varint(bytes.length), ...bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
