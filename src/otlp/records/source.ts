import type { LogRecord } from "../../events/log-record.ts";
import type { Span, SpanContext } from "../../events/span.ts";
import type { SpanContent } from "../model.ts";

/**
 * One way of writing what a span said into log records that name it. To add one: a file with a `RecordSource`, a line in
 * the table of `index.ts`, and its captured requests under test/fixtures.
 */
export interface RecordSource {
  name: string;
  /** Whether the record is one of its own. Runs on every record that comes in: a few look-ups, no loop. */
  detect(record: LogRecord, context: SpanContext): boolean;
  /** The conversation that records of one span tell, all its own and in order. Never throws. */
  content(records: LogRecord[]): SpanContent;
  /**
   * Of a sender that names in its records the span around a call: what of that span's conversation is the call's own.
   * `records` are as for `content`.
   */
  contentOfCall?(call: Span, records: LogRecord[]): SpanContent;
  /** What the sender says that the call cost, in billionths of a dollar. */
  cost?(record: LogRecord): number | undefined;
}

/** A list of messages as content has it: null if there are none. */
export function orNull<T>(list: T[]): T[] | null {
  return list.length > 0 ? list : null;
}
