import { AppError } from "../../errors.ts";

/**
 * Thrown inside a decoder for content that breaks OTLP's rules. Inside a span or log record it rejects that one, outside
 * it makes the body undecodable. Not an Error: a request of nothing but bad spans must not pay for a stack trace each.
 * `reason` is one of a fixed set of sentences, so that a request cannot fill memory with different ones.
 */
export class Invalid {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** The one error that a decoder lets out. */
export function undecodable(why: string, cause: unknown, what: string): AppError {
  return new AppError("undecodable_body", `The body cannot be read as ${what}: ${why}.`, { cause });
}

/** Deepest nesting of a value's arrays and key-value lists. Real ones have under ten; the stack holds hundreds. */
export const MAX_VALUE_DEPTH = 64;
export const TOO_DEEP = `a value is nested deeper than ${MAX_VALUE_DEPTH} levels`;

export const BAD_TRACE_ID = "traceId is not 32 hex digits (16 bytes) or is all zeros";
export const BAD_SPAN_ID = "spanId is not 16 hex digits (8 bytes) or is all zeros";
export const BAD_PARENT_ID = "parentSpanId is not 16 hex digits (8 bytes)";
