import type { RunEvent, StoredEvent } from "../../events/event.ts";
import type { LogData } from "../../events/log-record.ts";
import { dataAsRead } from "../../events/part.ts";
import type { SpanContext, SpanData } from "../../events/span.ts";
import { readContent } from "../../otlp/conventions/index.ts";
import type { Message } from "../../otlp/model.ts";
import { contentOfRecords } from "../../otlp/records/index.ts";
import { Gathered } from "./gathered.ts";

/**
 * Characters of a part that can be found: as many an event, within bounds. The index costs what its text costs: 50 µs and
 * 2 KB for a thousand of them.
 */
const CHARS_AN_EVENT = 150;
const LEAST_CHARS = 1_500;
const MOST_CHARS = 4_000;

/** Characters of one value: a question's or an answer's beginning. */
export const VALUE_CHARS = 500;

/** Characters that names and errors may take before anything else. */
const NAMES_CHARS = 600;
const ERRORS_CHARS = 1_000;

/** How much of a part with so many events can be found, in characters. */
export function textChars(events: number): number {
  return Math.min(MOST_CHARS, Math.max(LEAST_CHARS, events * CHARS_AN_EVENT));
}

/**
 * What can be found of a part: the names of what took part, what went wrong, then what was asked and answered, of the root
 * first. Follows from the part's events alone, so that it is the same whenever it is read. "" if there is nothing.
 */
export function searchText(events: readonly FindableEvent[]): string {
  const text = new Gathered(textChars(events.length), VALUE_CHARS);
  const spans = events.filter(({ type }) => type === "SPAN").map(({ data }) => data as SpanData);
  const ranked = spans.length > 1 ? byRank(spans) : spans;
  addNames(text.within(NAMES_CHARS), ranked, events);
  addErrors(text.within(ERRORS_CHARS), ranked, events);
  const earlier: Message[] = [];
  for (const span of ranked) {
    if (text.full) break;
    addContent(text, readContent(span, span), earlier);
  }
  addEvents(text, events, earlier);
  for (const message of earlier) {
    if (text.full) break;
    addMessage(text, message);
  }
  return text.toString();
}

/** The same of a part that is about to be written. */
export function textOfNew(contexts: readonly SpanContext[], events: readonly StoredEvent[]): string {
  return searchText(events.map((event) => ({ type: event.type, data: dataAsRead(event, contexts) })));
}

/** What of an event can be found: what it is and what readers see of it. */
type FindableEvent = Pick<RunEvent, "type" | "data">;

/** The root first, then by start. */
function byRank(spans: readonly SpanData[]): SpanData[] {
  return spans
    .map((span) => {
      const { parent_span_id, start_time_unix_nano, span_id } = span;
      return { span, rank: `${parent_span_id === null ? 0 : 1}${start_time_unix_nano.padStart(20, "0")}${span_id}` };
    })
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ span }) => span);
}

function addNames(text: Gathered, spans: readonly SpanData[], events: readonly FindableEvent[]): void {
  for (const { type, data } of events) {
    if (type === "RUN_STARTED" || type === "SPAN_STARTED") text.add((data as { name?: unknown }).name);
  }
  for (const { name, facts } of spans) {
    text.add(name);
    text.add(facts.tool_name);
    text.add(facts.agent_name);
    text.add(facts.prompt_name);
  }
}

function addErrors(text: Gathered, spans: readonly SpanData[], events: readonly FindableEvent[]): void {
  for (const { facts, status, events: own } of spans) {
    text.add(facts.error);
    text.add(status.message);
    for (const { attributes } of own) {
      text.add(attributes["exception.type"]);
      text.add(attributes["exception.message"]);
    }
  }
  for (const { type, data } of events) if (type === "RUN_ERROR") text.add(data);
}

/** What was asked last and what was answered; what was said before comes when all spans had their say. */
function addContent(
  text: Gathered,
  content: { input: Message[] | null; output: Message[] | null },
  earlier: Message[],
) {
  const input = content.input ?? [];
  const asked = input.findLastIndex(({ role }) => role !== "system");
  if (asked >= 0) addMessage(text, input[asked] as Message);
  for (const message of content.output ?? []) addMessage(text, message);
  for (const [n, message] of input.entries()) if (n !== asked) earlier.push(message);
}

function addMessage(text: Gathered, { parts }: Message): void {
  for (const part of parts) {
    switch (part.type) {
      case "text":
      case "reasoning":
        text.add(part.text);
        break;
      case "tool_call":
        text.add(part.name);
        text.add(part.arguments);
        break;
      case "tool_result":
        text.add(part.result);
        break;
      case "json":
        text.add(part.value);
        break;
      case "image":
        break;
    }
  }
}

/** Events that are no spans, in their order. Pieces of one message are put together: a word may lie across two. */
function addEvents(text: Gathered, events: readonly FindableEvent[], earlier: Message[]): void {
  const streams = new Map<string, string[]>();
  const values: unknown[] = [];
  for (const { type, data } of events) {
    if (type === "SPAN" || type === "SPAN_STARTED") continue;
    if (type === "LOG") {
      const record = data as LogData;
      addContent(text, contentOfRecords([{ record, context: record }]), earlier);
      continue;
    }
    const { delta, messageId, toolCallId } = data as { [field: string]: unknown };
    if (typeof delta !== "string") {
      values.push(data);
      continue;
    }
    const of = String(messageId ?? toolCallId ?? type);
    const pieces = streams.get(of);
    if (pieces) pieces.push(delta);
    else {
      streams.set(of, [delta]);
      values.push(streams.get(of));
    }
  }
  const joined = new Set<unknown>(streams.values());
  for (const value of values) {
    if (text.full) break;
    text.add(joined.has(value) ? (value as string[]).join("") : value);
  }
}
