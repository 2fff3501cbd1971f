import type { LogData } from "../../../../../src/events/log-record.ts";

/** Where a message has its words, the most telling first: OpenTelemetry's bodies, messages and tool calls. */
const WORDS = [
  "content",
  "text",
  "message",
  "parts",
  "tool_calls",
  "function",
  "response",
  "result",
  "name",
  "arguments",
];
/** Where records without a telling body have them. */
const ATTRIBUTES = [
  "prompt",
  "response",
  "error",
  "error.message",
  "exception.message",
  "message",
  "gen_ai.output.messages",
  "gen_ai.input.messages",
  "tool_name",
  "gen_ai.tool.name",
  "model",
  "gen_ai.request.model",
];
/** A longer string is not parsed for one line of a list; its beginning is shown as it is. */
const MOST_PARSED = 20_000;
const MOST_LEVELS = 8;

type Record = Pick<LogData, "event_name" | "body" | "attributes" | "severity">;

/** What to call a log record. */
export function recordName({ event_name, severity }: Record): string {
  return event_name || (severity ? `log ${severity}` : "log record");
}

/** The first words of what a log record says; "" if it says nothing. */
export function recordWords(record: Record): string {
  const { body, attributes } = record;
  // Claude Code and others put the event's name into the body too.
  const onlyName = typeof body === "string" && record.event_name !== undefined && body.endsWith(record.event_name);
  const found = onlyName ? null : words(body, 0);
  if (found) return found;
  for (const key of ATTRIBUTES) {
    const inAttribute = words(attributes[key], 0);
    if (inAttribute) return inAttribute;
  }
  return onlyName || body === null || body === undefined ? "" : (JSON.stringify(body) ?? "");
}

function words(value: unknown, level: number): string | null {
  if (level > MOST_LEVELS) return null;
  if (typeof value === "string") return fromJson(value, level) ?? (value.trim() === "" ? null : value);
  if (Array.isArray(value)) return firstOf(value, (each) => words(each, level + 1));
  if (value === null || typeof value !== "object") return null;
  const fields = value as { [key: string]: unknown };
  return firstOf(WORDS, (key) => words(fields[key], level + 1));
}

function fromJson(text: string, level: number): string | null {
  if (text.length > MOST_PARSED || !/^\s*[[{]/.test(text)) return null;
  try {
    return words(JSON.parse(text), level + 1);
  } catch {
    return null;
  }
}

function firstOf<T>(list: readonly T[], find: (each: T) => string | null): string | null {
  for (const each of list) {
    const found = find(each);
    if (found) return found;
  }
  return null;
}
