import type { RunEvent } from "#lib/api.ts";
import type { LogData } from "../../../../../src/events/log-record.ts";
import { recordWords } from "./log-words.ts";

const MOST_CHARS = 240;
/** Where events keep what they are about, in the order of how much it says. */
const TELLING = [
  "name",
  "toolCallName",
  "stepName",
  "delta",
  "content",
  "text",
  "message",
  "title",
  "question",
  "status",
];

/** What an event says, in one line. */
export function eventSummary({ type, data }: Pick<RunEvent, "type" | "data">): string {
  if (data === null || typeof data !== "object") return oneLine(String(data ?? ""));
  const fields = data as Record<string, unknown>;
  if (type === "LOG") return oneLine(recordWords(data as LogData));
  if (type === "CUSTOM" && "value" in fields) return oneLine(`${fields.name}: ${asText(fields.value)}`);
  const found = TELLING.map((key) => fields[key]).filter((value) => typeof value === "string" && value !== "");
  return oneLine(found.length > 0 ? String(found[0]) : asText(data));
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function oneLine(text: string): string {
  const line = text
    .slice(0, MOST_CHARS * 2)
    .replace(/\s+/g, " ")
    .trim();
  return line.length > MOST_CHARS ? `${line.slice(0, MOST_CHARS)}…` : line;
}
