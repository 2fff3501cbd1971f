import type { LlmCall, Run, SpanRow } from "#lib/api.ts";
import type { RunCosts } from "#lib/cost-notes.ts";
import type { Node } from "./trace.ts";

export interface StepShare {
  step: SpanRow["step"];
  count: number;
  /** Time in steps of this kind, without the time of the spans below them. */
  selfMs: number;
  /** 0 to 1, of all self time. */
  share: number;
}

/** Where the time went, by kind of step, most first. Parallel steps both count. */
export function timeByStep(nodes: Node[]): StepShare[] {
  const found = new Map<SpanRow["step"], StepShare>();
  let total = 0;
  for (const node of nodes) {
    const self = selfTime(node);
    const entry = found.get(node.row.step) ?? { step: node.row.step, count: 0, selfMs: 0, share: 0 };
    entry.count++;
    entry.selfMs += self;
    total += self;
    found.set(node.row.step, entry);
  }
  const shares = [...found.values()].sort((a, b) => b.selfMs - a.selfMs || b.count - a.count);
  for (const entry of shares) entry.share = total > 0 ? entry.selfMs / total : 0;
  return shares;
}

/** A span's length less what its children cover. Children are in order of start. */
function selfTime(node: Node): number {
  let covered = 0;
  let until = node.start;
  for (const child of node.children) {
    const from = Math.max(child.start, until);
    const to = Math.min(child.end, node.end);
    if (to > from) {
      covered += to - from;
      until = to;
    }
  }
  return Math.max(0, node.end - node.start - covered);
}

/** The calls of one model of a run. */
export interface ModelUse extends CallSums {
  model: string;
  provider: string | null;
  errors: number;
  /** Of the calls whose end is known. */
  meanMs: number | null;
  /** Of the calls that tell it. */
  medianFirstTokenMs: number | null;
}

/** Stands where calls do not say their model: a word of ours, which no filter knows. */
export const UNKNOWN_MODEL = "unknown model";

/** The models of a run: the dearest first as far as that is known, then by tokens. */
export function byModel(calls: LlmCall[]): ModelUse[] {
  const groups = Map.groupBy(calls, (call) => `${call.provider ?? ""} ${call.model ?? ""}`);
  const uses = [...groups.values()].map((group) => ({
    model: group[0]?.model ?? UNKNOWN_MODEL,
    provider: group[0]?.provider ?? null,
    errors: group.filter((call) => call.status === "error").length,
    meanMs: mean(group.map((call) => call.duration_ms)),
    medianFirstTokenMs: median(group.map((call) => call.time_to_first_token_ms)),
    ...sumCalls(group),
  }));
  const tokens = (use: ModelUse) => (use.input_tokens ?? 0) + (use.output_tokens ?? 0);
  return uses.sort(
    (a, b) =>
      (b.known_cost_usd ?? 0) - (a.known_cost_usd ?? 0) || tokens(b) - tokens(a) || b.llm_call_count - a.llm_call_count,
  );
}

export type CallSums = RunCosts &
  Pick<Run, "input_tokens" | "cached_input_tokens" | "cache_write_tokens" | "output_tokens" | "reasoning_tokens">;

/** Sums of some calls by the same rules as a run's own. */
function sumCalls(calls: LlmCall[]): CallSums {
  const unpriced: Run["unpriced"] = {};
  for (const { unpriced: reason } of calls) if (reason) unpriced[reason] = (unpriced[reason] ?? 0) + 1;
  const known = sum(calls.map((call) => call.cost_usd));
  const complete = calls.every((call) => call.cost_usd !== null || call.unpriced === "refused");
  return {
    llm_call_count: calls.length,
    input_tokens: sum(calls.map((call) => call.input_tokens)),
    cached_input_tokens: sum(calls.map((call) => call.cached_input_tokens)),
    cache_write_tokens: sum(calls.map((call) => call.cache_write_tokens)),
    output_tokens: sum(calls.map((call) => call.output_tokens)),
    reasoning_tokens: sum(calls.map((call) => call.reasoning_tokens)),
    cost_usd: complete ? known : null,
    known_cost_usd: known,
    unpriced_call_count: calls.filter((call) => call.unpriced !== null).length,
    unpriced,
    price_version: [...new Set(calls.flatMap((call) => call.price_version ?? []))].sort().join(", ") || null,
    client_cost_usd: sum(calls.map((call) => call.client_cost_usd)),
  };
}

/** null when nothing was reported at all. */
function sum(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

/** null when nothing was reported at all. */
function mean(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0) / known.length;
}

export function median(values: (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = null, high = null] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === null || high === null ? null : (low + high) / 2;
}
