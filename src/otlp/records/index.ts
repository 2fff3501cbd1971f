import type { LogRecord } from "../../events/log-record.ts";
import { compareNano } from "../../events/nano.ts";
import type { Span, SpanContext } from "../../events/span.ts";
import type { SpanContent } from "../model.ts";
import { CLAUDE_CODE_SCOPE, claudeCode } from "./claude-code.ts";
import { genAiContent } from "./gen-ai-content.ts";
import { genAiDetails } from "./gen-ai-details.ts";
import { genAiMessages } from "./gen-ai-messages.ts";
import type { RecordSource } from "./source.ts";

/** Every source, the most trusted first. Where a span has records of several, input and output are each taken from the first. */
const SOURCES: readonly RecordSource[] = [
  claudeCode,
  // The whole conversation in one record, then message by message, then what was there before both.
  genAiDetails,
  genAiMessages,
  genAiContent,
];

/** A log record and the resource and scope that it came with. */
export interface RecordInContext {
  record: LogRecord;
  context: SpanContext;
}

/**
 * Whether a log record names a span and belongs to its conversation: it carries a message, or as Claude Code's does, facts
 * of the call beside the messages. Nothing else of a log is kept.
 */
export function carriesMessages(record: LogRecord, context: SpanContext): boolean {
  return record.trace_id !== null && record.span_id !== null && sourceOf(record, context) !== undefined;
}

/**
 * The conversation that the records of one span tell, by their times; those of the same time as they came. null where they
 * tell none. Never throws: of a malformed record, what can be read.
 */
export function contentOfRecords(records: RecordInContext[]): SpanContent {
  const inOrder = inTime(records);
  const content: SpanContent = { input: null, output: null };
  for (const source of SOURCES) {
    const own = inOrder.filter(({ record, context }) => sourceOf(record, context) === source);
    if (own.length === 0) continue;
    const { input, output } = source.content(own.map(({ record }) => record));
    content.input ??= input;
    content.output ??= output;
  }
  return content;
}

/** Whether a call's messages may be in records that name its parent span. */
export function speaksThroughParent(context: SpanContext): boolean {
  return context.scope.name.startsWith(CLAUDE_CODE_SCOPE);
}

/** What a call took in and gave back, as far as the records of its parent span tell. */
export function contentOfCall(call: Span, recordsOfParent: RecordInContext[]): SpanContent {
  const own = inTime(recordsOfParent).filter(({ record, context }) => sourceOf(record, context) === claudeCode);
  return (
    claudeCode.contentOfCall?.(
      call,
      own.map(({ record }) => record),
    ) ?? { input: null, output: null }
  );
}

/** What the sender of a record says that its call cost, in billionths of a dollar; undefined if it says nothing of it. */
export function clientCostOf(record: LogRecord, context: SpanContext): number | undefined {
  return sourceOf(record, context)?.cost?.(record);
}

function inTime(records: RecordInContext[]): RecordInContext[] {
  return records.toSorted((a, b) => compareNano(a.record.time_unix_nano, b.record.time_unix_nano));
}

function sourceOf(record: LogRecord, context: SpanContext): RecordSource | undefined {
  return SOURCES.find((source) => source.detect(record, context));
}
