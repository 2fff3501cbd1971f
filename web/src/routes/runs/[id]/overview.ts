import type { LlmCall, SpanRow } from "#lib/api.ts";
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

export interface ModelUse {
  model: string;
  provider: string | null;
  calls: number;
  errors: number;
  input: number | null;
  output: number | null;
  /** null as soon as the price of one call is not known. */
  cost: number | null;
  meanMs: number;
}

/** The models of a run, dearest first; what costs an unknown sum goes first, as it may be the dearest. */
export function byModel(calls: LlmCall[]): ModelUse[] {
  const groups = Map.groupBy(calls, (call) => `${call.provider ?? ""} ${call.model ?? ""}`);
  const uses = [...groups.values()].map((group) => ({
    model: group[0]?.model ?? "unknown model",
    provider: group[0]?.provider ?? null,
    calls: group.length,
    errors: group.filter((call) => call.status === "error").length,
    input: sum(group.map((call) => call.input_tokens)),
    output: sum(group.map((call) => call.output_tokens)),
    cost: group.some((call) => call.cost_usd === null) ? null : sum(group.map((call) => call.cost_usd)),
    meanMs: group.reduce((total, call) => total + call.duration_ms, 0) / group.length,
  }));
  return uses.sort(
    (a, b) => (b.cost ?? Number.POSITIVE_INFINITY) - (a.cost ?? Number.POSITIVE_INFINITY) || b.calls - a.calls,
  );
}

/** null when nothing was reported at all. */
function sum(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}
