import type { LogRecord } from "../../events/log-record.ts";
import type { Attributes, AttributeValue, Span } from "../../events/span.ts";
import { toolMessages } from "../conventions/tools.ts";
import { text } from "../conventions/values.ts";
import type { Message } from "../model.ts";
import { orNull, type RecordSource } from "./source.ts";

/** The events that belong to a conversation; those of an API call and of a decision carry facts and no message. */
const EVENTS: ReadonlySet<string> = new Set([
  "user_prompt",
  "assistant_response",
  "tool_result",
  "api_request",
  "api_error",
  "tool_decision",
]);

/** How the names of its scopes begin. */
export const CLAUDE_CODE_SCOPE = "com.anthropic.claude_code";

/** Nanoseconds by which the record of a call may be later than the end of its span. */
const LATE = 1_000_000_000n;

/**
 * Claude Code's events. It names its interaction span in them, so what they tell is the conversation of that span.
 * @see https://code.claude.com/docs/en/monitoring-usage
 */
export const claudeCode: RecordSource = {
  name: "claude_code",

  detect: (record, { scope }) => scope.name.startsWith(CLAUDE_CODE_SCOPE) && EVENTS.has(eventOf(record) ?? ""),

  content(records) {
    const input: Message[] = [];
    const output: Message[] = [];
    for (const record of records) {
      const { attributes: a } = record;
      switch (eventOf(record)) {
        case "user_prompt":
          input.push(...said("user", text(a.prompt) ?? text(a.prompt_text)));
          break;
        case "assistant_response":
          output.push(...said("assistant", text(a.response)));
          break;
        case "tool_result":
          output.push(...toolRun(a));
          break;
      }
    }
    return { input: orNull(input), output: orNull(output) };
  },

  contentOfCall(call, records) {
    const at = records.findIndex((record) => isRequestOf(call, record));
    if (at < 0) return { input: null, output: null };
    const before = claudeCode.content(records.slice(0, at));
    const next = records.findIndex((record, n) => n > at && eventOf(record) === "api_request");
    const after = claudeCode.content(records.slice(at, next < 0 ? records.length : next));
    // What the tools gave back is no part of the answer; it is in the next question.
    const answer = after.output?.filter(({ role }) => role === "assistant") ?? [];
    return { input: orNull([...(before.input ?? []), ...(before.output ?? [])]), output: orNull(answer) };
  },

  cost(record) {
    if (eventOf(record) !== "api_request") return undefined;
    const { cost_usd, cost_usd_micros } = record.attributes;
    // Both are of one figure; the second is rounded.
    return nanoUsd(cost_usd, 1e9) ?? nanoUsd(cost_usd_micros, 1e3);
  },
};

/** Whether a record is that of this call: it does not name it, but has the same figures, at the time of its end. */
function isRequestOf({ attributes: a, ...call }: Span, record: LogRecord): boolean {
  if (eventOf(record) !== "api_request") return false;
  const { attributes: b } = record;
  const same = ["model", "input_tokens", "output_tokens", "ttft_ms"].every(
    (name) => String(a[name]) === String(b[name]),
  );
  const time = BigInt(record.time_unix_nano);
  return same && time >= BigInt(call.start_time_unix_nano) && time <= BigInt(call.end_time_unix_nano) + LATE;
}

function eventOf({ event_name }: LogRecord): string | undefined {
  return event_name?.startsWith("claude_code.") ? event_name.slice("claude_code.".length) : event_name;
}

function said(role: string, words: string | undefined): Message[] {
  return words === undefined ? [] : [{ role, parts: [{ type: "text", text: words }] }];
}

/** A tool's call and, as the record does not hold what the tool gave back, whether it succeeded. */
function toolRun(a: Attributes): Message[] {
  const { input, output } = toolMessages({
    id: text(a.tool_use_id),
    name: text(a.tool_name),
    // Without leave to record it all, a few parameters.
    arguments: a.tool_input ?? a.tool_parameters ?? null,
    result: outcome(a),
  });
  return [...(input ?? []), ...(output ?? [])];
}

function outcome({ success, error, error_type }: Attributes): Attributes | undefined {
  const succeeded = success === "true" ? true : success === "false" ? false : success;
  const why = error ?? error_type;
  if (succeeded === undefined && why === undefined) return undefined;
  return {
    ...(succeeded === undefined ? {} : { success: succeeded }),
    ...(why === undefined ? {} : { error: why }),
  };
}

/** An amount, or its text, in units of so many billionths of a dollar. */
function nanoUsd(value: AttributeValue | undefined, unit: number): number | undefined {
  const isNumber = typeof value === "number" || (typeof value === "string" && /^[0-9.]+(e[+-]?[0-9]+)?$/i.test(value));
  const nano = isNumber ? Math.round(Number(value) * unit) : Number.NaN;
  return Number.isSafeInteger(nano) && nano >= 0 ? nano : undefined;
}
