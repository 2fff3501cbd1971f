import type { CallFact, Ranked, RunDelta } from "../../events/delta.ts";
import { MAX_NAMES } from "../../events/delta.ts";
import type { LogData } from "../../events/log-record.ts";
import { maxNano, minNano, type Nano } from "../../events/nano.ts";
import type { Attributes, Span, SpanContext, SpanFacts } from "../../events/span.ts";

/** SQLite's integers end here; a later time is garbage and counts as unknown. */
const MAX_NANO = "9223372036854775807";

/** Characters of a name kept in rows. The log has all of it; a row, and the index over it, must stay small. */
export const LABEL_CHARS = 500;

/** What the fold needs of a SPAN event's data. */
export type FoldableSpan = Pick<
  Span,
  "span_id" | "parent_span_id" | "name" | "start_time_unix_nano" | "end_time_unix_nano" | "status"
> & { facts: SpanFacts };

/** First words of what a span took in and gave back. */
export interface Previews {
  input: string | null;
  output: string | null;
}

export function emptyDelta(kind: RunDelta["kind"]): RunDelta {
  return {
    kind,
    event_count: 0,
    span_count: 0,
    error_count: 0,
    tool_call_count: 0,
    started: null,
    ended: null,
    outcome: 0,
    head: null,
    session: null,
    user: null,
    input_preview: null,
    output_preview: null,
    tags: [],
    agents: [],
    tools: [],
    prompts: [],
    metadata: null,
    parent_run_id: null,
    calls: [],
    logged_cost_nano_usd: null,
  };
}

/** A span with what it shares with others. */
export interface SpanInContext {
  span: FoldableSpan;
  context: SpanContext;
}

/**
 * Folds the spans of one part into what they add to their run.
 * @param previewsOf asked for spans in order of rank until an input and an output are found
 */
export function foldSpans<T extends SpanInContext>(
  delta: RunDelta,
  items: readonly T[],
  previewsOf: (item: T) => Previews,
): RunDelta {
  const candidates: { rank: string; item: T }[] = [];
  for (const item of items) {
    const rank = foldSpan(delta, item);
    // A tool's arguments would be a poor headline for a run.
    if (item.span.facts.step !== "tool") candidates.push({ rank, item });
  }
  candidates.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  for (const { rank, item } of candidates) {
    if (delta.input_preview !== null && delta.output_preview !== null) break;
    const { input, output } = previewsOf(item);
    delta.input_preview = better(delta.input_preview, rank, input);
    delta.output_preview = better(delta.output_preview, rank, output);
  }
  return delta;
}

/** Adds one span; returns its rank. */
function foldSpan(delta: RunDelta, { span, context }: SpanInContext): string {
  const { facts } = span;
  const start = sane(span.start_time_unix_nano);
  const end = sane(span.end_time_unix_nano);
  const failed = span.status.code === "error" || facts.error !== undefined;
  const root = span.parent_span_id === null;
  const rank = `${root ? 0 : 1}${(start ?? MAX_NANO).padStart(20, "0")}${span.span_id}`;

  delta.event_count++;
  delta.span_count++;
  if (failed) delta.error_count++;
  if (facts.step === "tool") delta.tool_call_count++;
  delta.started = minNano(delta.started, start);
  delta.ended = maxNano(maxNano(delta.ended, end), start);
  // A root without an end is an announcement: the run goes on.
  if (root && end !== null) delta.outcome = Math.max(delta.outcome, failed ? 2 : 1) as RunDelta["outcome"];
  if (wins(rank, delta.head)) {
    const { resource } = context;
    delta.head = {
      rank,
      value: {
        name: span.name.slice(0, LABEL_CHARS),
        // Phoenix's clients name a project and no service.
        service: textOf(resource, "service.name") ?? textOf(resource, "openinference.project.name"),
        environment:
          facts.environment ??
          textOf(resource, "deployment.environment.name") ??
          textOf(resource, "deployment.environment"),
        version: facts.version ?? textOf(resource, "service.version"),
      },
    };
  }
  delta.session = better(delta.session, rank, facts.session_id);
  delta.user = better(delta.user, rank, facts.user_id);
  delta.metadata = better(delta.metadata, rank, facts.metadata);
  for (const tag of facts.tags ?? []) addName(delta.tags, tag, Number.POSITIVE_INFINITY);
  if (facts.agent_name !== undefined) addName(delta.agents, facts.agent_name);
  if (facts.tool_name !== undefined) addName(delta.tools, facts.tool_name);
  if (facts.prompt_name !== undefined) addName(delta.prompts, facts.prompt_name);
  if (isCall(facts)) {
    delta.calls.push(callOf(span, start ?? "0", end ?? "0", failed));
  }
  return rank;
}

/**
 * Adds a log record of a span. It says nothing of the run's times: those are the spans'.
 * @param previews first words of the record's messages; @param cost what the record says that something cost
 */
export function foldRecord(
  delta: RunDelta,
  record: Pick<LogData, "time_unix_nano" | "span_id">,
  previews: Previews,
  cost: number | undefined,
): void {
  delta.event_count++;
  if (cost !== undefined) delta.logged_cost_nano_usd = (delta.logged_cost_nano_usd ?? 0) + cost;
  // After every span's own messages; among records the first question and the last answer speak for the run.
  const time = sane(record.time_unix_nano) ?? MAX_NANO;
  const late = String(BigInt(MAX_NANO) - BigInt(time));
  delta.input_preview = better(delta.input_preview, `2${time.padStart(20, "0")}${record.span_id}`, previews.input);
  delta.output_preview = better(delta.output_preview, `2${late.padStart(20, "0")}${record.span_id}`, previews.output);
}

/** Whether a span is a call, as far as tokens and money go. */
export function isCall(facts: SpanFacts): boolean {
  return facts.step === "llm" || facts.step === "embedding" || facts.usage !== undefined;
}

function callOf(span: FoldableSpan, start: Nano, end: Nano, failed: boolean): CallFact {
  const { facts } = span;
  return {
    span_id: span.span_id,
    parent_span_id: span.parent_span_id,
    name: span.name.slice(0, LABEL_CHARS),
    step: facts.step,
    operation: facts.operation ?? null,
    model: facts.model ?? null,
    provider: facts.provider ?? null,
    status: failed ? "error" : "ok",
    start,
    end,
    time_to_first_token_ms: facts.time_to_first_token_ms ?? null,
    usage: facts.usage ?? null,
    cost_nano_usd: facts.cost?.nano_usd ?? null,
    price_version: facts.cost && "version" in facts.cost ? facts.cost.version : null,
    unpriced: facts.cost && "reason" in facts.cost ? facts.cost.reason : null,
    client_cost_nano_usd: facts.client_cost_nano_usd ?? null,
    ...(facts.service_tier === undefined ? {} : { service_tier: facts.service_tier }),
    ...(facts.refused ? { refused: true as const } : {}),
    ...(facts.own_call ? { own_call: true as const } : {}),
  };
}

/** Keeps a list of names sorted, without repeats, and short. */
export function addName(names: string[], name: string, most = MAX_NAMES): void {
  if (names.includes(name)) return;
  names.push(name);
  names.sort();
  if (names.length > most) names.pop();
}

function wins(rank: string, have: Ranked<unknown> | null): boolean {
  return have === null || rank < have.rank;
}

function better<T>(have: Ranked<T> | null, rank: string, value: T | null | undefined): Ranked<T> | null {
  if (value === null || value === undefined || value === "") return have;
  return wins(rank, have) ? { rank, value } : have;
}

function sane(nano: Nano): Nano | null {
  if (nano === "0") return null;
  return nano.length > 19 || (nano.length === 19 && nano > MAX_NANO) ? null : nano;
}

function textOf(attributes: Attributes, key: string): string | null {
  const value = attributes[key];
  return typeof value === "string" && value !== "" ? value.slice(0, LABEL_CHARS) : null;
}
