import { createHash } from "node:crypto";
import type { RunDelta } from "../../events/delta.ts";
import { RUN_KINDS, type RunKind } from "../../events/event.ts";
import { maxNano, minNano, type Nano } from "../../events/nano.ts";
import type { Metadata } from "../../events/span.ts";
import { addName, LABEL_CHARS } from "./fold.ts";
import { headline } from "./previews.ts";

type Data = { [field: string]: unknown };

/**
 * Events that say something about a run and are no part of it: they come when somebody looks, which may be a year after its
 * end. They have their seq, and move neither its times nor its verdict.
 */
const ABOUT_THE_RUN: ReadonlySet<string> = new Set(["NOTE_ADDED", "SCORE_ADDED", "MONITOR_FLAGGED"]);

/** An event that is neither a span nor a log record. */
export interface PlainEvent {
  type: string;
  time: Nano;
  data: unknown;
}

/** Adds an event that an application wrote into its run's log. What it claims competes by time with what spans claim. */
export function foldPlainEvent(delta: RunDelta, { type, time, data }: PlainEvent): void {
  const fields = (typeof data === "object" && data !== null ? data : {}) as Data;
  delta.event_count++;
  if (ABOUT_THE_RUN.has(type)) {
    delta.about_count = (delta.about_count ?? 0) + 1;
    return;
  }
  delta.started = minNano(delta.started, time);
  delta.ended = maxNano(delta.ended, time);
  switch (type) {
    case "RUN_STARTED":
      foldStart(delta, rankOf(time, fields), fields);
      break;
    case "RUN_FINISHED":
      delta.outcome = Math.max(delta.outcome, outcomeOf(fields)) as RunDelta["outcome"];
      delta.output_preview = earlier(delta.output_preview, rankOf(time, fields), preview(fields.result));
      break;
    case "RUN_ERROR":
      delta.error_count++;
      delta.outcome = Math.max(delta.outcome, 2) as RunDelta["outcome"];
      break;
    case "RUN_CANCELLED":
      delta.outcome = 3;
      break;
    case "TOOL_CALL_START":
      // A tool that a span tells of as well counts twice. Both may carry the call's id (`toolCallId`, `gen_ai.tool.call.id`),
      // but to tell pairs in parts of any order a run's row would have to hold the ids of all its tool calls, without a
      // bound, and be written anew with every part. Links hold a span's id and its parent's, and have no room for a third.
      delta.tool_call_count++;
      addText(delta.tools, fields.toolCallName);
      break;
    case "SUBAGENT_STARTED":
      addText(delta.agents, fields.name);
      break;
  }
}

function foldStart(delta: RunDelta, rank: string, fields: Data): void {
  const name = label(fields.name);
  if (name !== null && (delta.head === null || rank < delta.head.rank)) {
    const { service, environment, version } = fields;
    delta.head = {
      rank,
      value: { name, service: label(service), environment: label(environment), version: label(version) },
    };
  }
  if (RUN_KINDS.includes(fields.kind as RunKind)) delta.kind = fields.kind as RunKind;
  // AG-UI wants a thread of every run; one that is only the run itself is no session.
  const thread = fields.threadId === fields.runId ? undefined : fields.threadId;
  delta.session = earlier(delta.session, rank, label(fields.session_id) ?? label(thread));
  delta.user = earlier(delta.user, rank, label(fields.user_id));
  delta.parent_run_id ??= label(fields.parentRunId);
  if (Array.isArray(fields.tags)) {
    for (const tag of fields.tags) addText(delta.tags, tag, Number.POSITIVE_INFINITY);
  }
  if (typeof fields.metadata === "object" && fields.metadata !== null) {
    delta.metadata = earlier(delta.metadata, rank, fields.metadata as Metadata);
  }
  const messages = (fields.input as Data | undefined)?.messages;
  if (Array.isArray(messages)) {
    const asked = messages.findLast((message: Data) => message.role === "user") as Data | undefined;
    delta.input_preview = earlier(delta.input_preview, rank, preview(asked?.content));
  }
}

/** AG-UI says with the end how it ended; a run that waits for an answer goes on in another run. */
function outcomeOf({ outcome }: Data): RunDelta["outcome"] {
  return (outcome as Data | undefined)?.type === "cancelled" ? 3 : 1;
}

/**
 * What the application itself says of its run comes before what any span says: `-` is before the digits. Events of the same
 * moment compete by what they say: anything, as long as it is not the order of arrival.
 */
function rankOf(time: Nano, fields: Data): string {
  const content = createHash("sha256").update(JSON.stringify(fields)).digest("hex").slice(0, 16);
  return `-${time.padStart(20, "0")}${content}`;
}

function earlier<T>(have: { rank: string; value: T } | null, rank: string, value: T | null) {
  if (value === null) return have;
  return have === null || rank < have.rank ? { rank, value } : have;
}

function addText(names: string[], value: unknown, most?: number): void {
  const name = label(value);
  if (name !== null) addName(names, name, most);
}

function label(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, LABEL_CHARS) : null;
}

function preview(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return headline(typeof value === "string" ? value : JSON.stringify(value));
}
