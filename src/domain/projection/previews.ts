import type { LogRecord } from "../../events/log-record.ts";
import type { Span, SpanContext } from "../../events/span.ts";
import { readContent } from "../../otlp/conventions/index.ts";
import type { Message } from "../../otlp/model.ts";
import { contentOfRecords } from "../../otlp/records/index.ts";
import type { Previews } from "./fold.ts";

/** Characters of an input or output kept for lists. */
const PREVIEW_CHARS = 200;

/** First words of what a span was asked last and what it answered. */
export function previewsOf(span: Span, context: SpanContext): Previews {
  const { input, output } = readContent(span, context);
  return { input: preview(input, "user"), output: preview(output, "assistant") };
}

/** First words of the messages that a log record carries. */
export function recordPreviews(record: LogRecord, context: SpanContext): Previews {
  const { input, output } = contentOfRecords([{ record, context }]);
  // A record may be one message of many: instructions alone are no question.
  const asked = input?.filter((message) => message.role !== "system") ?? null;
  return { input: preview(asked, "user"), output: preview(output, "assistant") };
}

function preview(messages: Message[] | null, role: string): string | null {
  if (!messages) return null;
  const message = messages.findLast((each) => each.role === role) ?? messages.at(-1);
  for (const part of message?.parts ?? []) {
    const text = part.type === "text" ? part.text : part.type === "json" ? JSON.stringify(part.value) : undefined;
    if (text) return headline(text);
  }
  return null;
}

/** The first words of a text in one line; null if it has none. */
export function headline(text: string): string | null {
  // Cut first: a prompt may be a megabyte, its headline is not.
  const line = text
    .slice(0, PREVIEW_CHARS * 2)
    .replace(/\s+/g, " ")
    .trim();
  return line.slice(0, PREVIEW_CHARS) || null;
}
