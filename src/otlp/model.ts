import type { LogRecord } from "../events/log-record.ts";
import type { Span, SpanContext } from "../events/span.ts";

/** The spans of one resource and scope, as they came. */
export interface SpanGroup {
  context: SpanContext;
  spans: Span[];
}

/**
 * A decoded ExportTraceServiceRequest: what was good, and what was not.
 * `rejected` counts spans that could not be taken (bad ids); `reasons` says why, each reason once with its count.
 */
export interface DecodedTraces {
  groups: SpanGroup[];
  rejected: number;
  reasons: Map<string, number>;
}

/** The log records of one resource and scope, as they came. */
export interface LogGroup {
  context: SpanContext;
  records: LogRecord[];
}

/** A decoded ExportLogsServiceRequest; `rejected` and `reasons` as in DecodedTraces. */
export interface DecodedLogs {
  groups: LogGroup[];
  rejected: number;
  reasons: Map<string, number>;
}

/** One message of a conversation, whatever convention it was written in. */
export interface Message {
  /**
   * As sent: `system`, `user`, `assistant`, `tool` … Ours are `input` and `output`, for a value that is no conversation, and
   * `documents`, for what a search found.
   */
  role: string;
  parts: MessagePart[];
  /** Why the model stopped, on an answer. */
  finish_reason?: string;
}

export type MessagePart =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  | { type: "image"; url?: string; mime_type?: string }
  | { type: "tool_call"; id?: string; name: string; arguments: unknown }
  | { type: "tool_result"; id?: string; name?: string; result: unknown }
  | { type: "json"; value: unknown };

/** What a span took in and gave back, as far as a convention can tell. */
export interface SpanContent {
  input: Message[] | null;
  output: Message[] | null;
}
