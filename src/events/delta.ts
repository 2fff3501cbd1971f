import type { RunKind } from "./event.ts";
import type { Nano } from "./nano.ts";
import type { Metadata, StepKind, TokenUsage, UnpricedReason } from "./span.ts";

/**
 * A value that several spans of a run may claim; the smallest rank wins, whatever the order of arrival.
 * Rank = `0` for a root or `1`, then the start in nanoseconds padded to 20 digits, then the span id.
 */
export interface Ranked<T> {
  rank: string;
  value: T;
}

/** What the run is called and where it ran: taken together from one span, so that they fit each other. */
export interface RunHead {
  name: string;
  service: string | null;
  environment: string | null;
  /** The application's release. */
  version: string | null;
}

/** A span that called a model or carries token counts. */
export interface CallFact {
  span_id: string;
  parent_span_id: string | null;
  name: string;
  step: StepKind;
  operation: string | null;
  model: string | null;
  provider: string | null;
  status: "ok" | "error";
  start: Nano;
  end: Nano;
  time_to_first_token_ms: number | null;
  usage: TokenUsage | null;
  /** Billionths of a dollar; null = not known, and `unpriced` says why. */
  cost_nano_usd: number | null;
  price_version: string | null;
  unpriced: UnpricedReason | null;
  /** What the sender says that it cost. */
  client_cost_nano_usd: number | null;
  /** As in SpanFacts; kept because a later price list must come to the same verdict. */
  service_tier?: string;
  refused?: true;
  /** Counts even if calls lie below it: SpanFacts.own_call. */
  own_call?: true;
}

/**
 * What one part of a log adds to its run: counts add up, times widen, ranked values compete. Merging deltas in any order
 * gives the same run (src/domain/projection/merge.ts), which is what lets deliveries repeat and overtake each other.
 */
export interface RunDelta {
  kind: RunKind;
  event_count: number;
  /** How many of them only say something about the run: src/domain/projection/fold-event.ts. Left out = none. */
  about_count?: number;
  span_count: number;
  error_count: number;
  tool_call_count: number;
  started: Nano | null;
  ended: Nano | null;
  /** 0 = the root has not been seen, 1 = it ended well, 2 = it failed, 3 = the run was cancelled. */
  outcome: 0 | 1 | 2 | 3;
  head: Ranked<RunHead> | null;
  session: Ranked<string> | null;
  user: Ranked<string> | null;
  input_preview: Ranked<string> | null;
  output_preview: Ranked<string> | null;
  tags: string[];
  /** Names of what took part, each sorted, the first MAX_NAMES. */
  agents: string[];
  tools: string[];
  prompts: string[];
  metadata: Ranked<Metadata> | null;
  /** The run that began this one. */
  parent_run_id: string | null;
  calls: CallFact[];
  /** Costs that came in log records of their own, outside any call. null = none came. */
  logged_cost_nano_usd: number | null;
}

/**
 * Names of a kind that a run's row keeps. The first in sort order, because the first of a union are the first of the
 * parts' firsts: a cut that does not depend on the order of arrival.
 */
export const MAX_NAMES = 50;

/**
 * Ids of a part's spans, for telling wrappers and repeats: 32 hex digits an event, its span id and its parent's.
 * Zeros stand for "no parent", and for both in an event that is no span.
 */
export type Links = string;

export const NO_SPAN = "0000000000000000";

/**
 * What stands for the parent in the link of a log record: the id of its span with every bit turned. So the records of a span
 * are found without unpacking the log, and nobody who follows parents takes a record for a child.
 */
export function recordMark(spanId: string): string {
  let mark = "";
  for (const digit of spanId) mark += (15 - Number.parseInt(digit, 16)).toString(16);
  return mark;
}
