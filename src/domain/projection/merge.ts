import { type CallFact, type Links, MAX_NAMES, type Ranked, type RunDelta } from "../../events/delta.ts";
import { RUN_KINDS, type RunKind } from "../../events/event.ts";
import { maxNano, minNano } from "../../events/nano.ts";
import { UNPRICED_REASONS, type UnpricedReason } from "../../events/span.ts";
import { countedCalls } from "./usage.ts";

/** All that is known of a run: the merged deltas of its parts. */
export interface RunState extends RunDelta {
  links: Links[];
  last_seq: number;
  /**
   * Milliseconds since the epoch at which the first and the newest part reached the log. A part that only says something about
   * the run is no sign of life of it, and counts for `seen_at` only as long as there is no other.
   */
  first_seen_at: number;
  seen_at: number;
}

/** One part's contribution to its run. */
export interface PartFacts {
  delta: RunDelta;
  links: Links;
  last_seq: number;
  /** Milliseconds since the epoch at which it reached the log. */
  at: number;
}

/** A run's state after its first part. */
export function startState(part: PartFacts): RunState {
  return { ...part.delta, links: [part.links], last_seq: part.last_seq, first_seen_at: part.at, seen_at: part.at };
}

/**
 * Merges a part into a run. Counts add, times widen, the smallest rank wins, sets unite: the order of parts never matters.
 * That no part is merged twice is the caller's care (segments).
 */
export function mergePart(state: RunState, part: PartFacts): RunState {
  const { delta } = part;
  return {
    kind: kindOf(state.kind, delta.kind),
    event_count: state.event_count + delta.event_count,
    ...aboutOf((state.about_count ?? 0) + (delta.about_count ?? 0)),
    span_count: state.span_count + delta.span_count,
    error_count: state.error_count + delta.error_count,
    tool_call_count: state.tool_call_count + delta.tool_call_count,
    started: minNano(state.started, delta.started),
    ended: maxNano(state.ended, delta.ended),
    outcome: Math.max(state.outcome, delta.outcome) as RunDelta["outcome"],
    head: bestOf(state.head, delta.head),
    session: bestOf(state.session, delta.session),
    user: bestOf(state.user, delta.user),
    input_preview: bestOf(state.input_preview, delta.input_preview),
    output_preview: bestOf(state.output_preview, delta.output_preview),
    tags: [...new Set([...state.tags, ...delta.tags])].sort(),
    agents: names(state.agents, delta.agents),
    tools: names(state.tools, delta.tools),
    prompts: names(state.prompts, delta.prompts),
    metadata: bestOf(state.metadata, delta.metadata),
    parent_run_id: firstOf(state.parent_run_id, delta.parent_run_id),
    logged_cost_nano_usd: sum([state.logged_cost_nano_usd, delta.logged_cost_nano_usd]),
    calls: [...state.calls, ...delta.calls],
    links: [...state.links, part.links],
    last_seq: Math.max(state.last_seq, part.last_seq),
    first_seen_at: Math.min(state.first_seen_at, part.at),
    seen_at: seenAt(state, part),
  };
}

function seenAt(state: RunState, { delta, at }: PartFacts): number {
  const [before, now] = [onlyAbout(state), onlyAbout(delta)];
  if (before === now) return Math.max(state.seen_at, at);
  return before ? at : state.seen_at;
}

/** Whether nothing came but what is said about the run. */
function onlyAbout({ event_count, about_count }: Pick<RunDelta, "event_count" | "about_count">): boolean {
  return about_count !== undefined && about_count === event_count;
}

/** A run that nothing was said about has no such field. */
export function aboutOf(count: number): { about_count?: number } {
  return count === 0 ? {} : { about_count: count };
}

/** Sums over the calls that count. A sum is null if no call reported its part of it. */
export interface CallSums {
  /** Span ids of the calls that count. */
  counted: ReadonlySet<string>;
  llm_call_count: number;
  input_tokens: number | null;
  cached_input_tokens: number | null;
  cache_write_tokens: number | null;
  output_tokens: number | null;
  reasoning_tokens: number | null;
  /** null as soon as one call's cost is not known: a sum of the others would pass for the whole. */
  cost_nano_usd: number | null;
  /** The sum of the others. */
  known_cost_nano_usd: number | null;
  price_version: string | null;
  /** Calls without a cost, by reason. */
  unpriced: Partial<Record<UnpricedReason, number>>;
  client_cost_nano_usd: number | null;
  models: string[];
  providers: string[];
}

export function sumCalls(calls: readonly CallFact[], links: readonly Links[]): CallSums {
  const counted = countedCalls(calls, links);
  const real = calls.filter((call) => counted.has(call.span_id));
  const unpriced: CallSums["unpriced"] = {};
  // In the order of the list, so that the same calls make the same row in whatever order they came.
  for (const reason of UNPRICED_REASONS) {
    const count = real.filter((call) => call.unpriced === reason).length;
    if (count > 0) unpriced[reason] = count;
  }
  const known = sum(real.map((call) => call.cost_nano_usd));
  // Nobody is billed for a call that the provider refused: its missing cost leaves the sum whole.
  const complete = real.every((call) => call.cost_nano_usd !== null || call.unpriced === "refused");
  return {
    counted,
    llm_call_count: real.length,
    input_tokens: sum(real.map((call) => call.usage?.input)),
    cached_input_tokens: sum(real.map((call) => call.usage?.cached)),
    cache_write_tokens: sum(real.map((call) => call.usage?.cache_write)),
    output_tokens: sum(real.map((call) => call.usage?.output)),
    reasoning_tokens: sum(real.map((call) => call.usage?.reasoning)),
    cost_nano_usd: complete ? known : null,
    known_cost_nano_usd: known,
    price_version: distinct(real.map((call) => call.price_version)).join(", ") || null,
    unpriced,
    client_cost_nano_usd: sum(real.map((call) => call.client_cost_nano_usd)),
    models: distinct(real.map((call) => call.model)),
    providers: distinct(real.map((call) => call.provider)),
  };
}

function bestOf<T>(a: Ranked<T> | null, b: Ranked<T> | null): Ranked<T> | null {
  if (a === null || b === null) return a ?? b;
  return a.rank <= b.rank ? a : b;
}

/** A part knows only what it saw: the more telling of two kinds is the run's. */
function kindOf(a: RunKind, b: RunKind): RunKind {
  return RUN_KINDS.indexOf(a) >= RUN_KINDS.indexOf(b) ? a : b;
}

/** Two parents would be a mistake; which one counts must not depend on who came first. */
function firstOf(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a <= b ? a : b;
}

function names(a: readonly string[], b: readonly string[]): string[] {
  if (b.length === 0) return [...a];
  return [...new Set([...a, ...b])].sort().slice(0, MAX_NAMES);
}

function distinct(values: (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))].sort();
}

function sum(values: (number | null | undefined)[]): number | null {
  let total: number | null = null;
  for (const value of values) if (value !== null && value !== undefined) total = (total ?? 0) + value;
  return total;
}
