import { type Ctx, requireScope } from "../../context.ts";
import { criticalPath, ownTimes } from "../explain/critical-path.ts";
import { rounded } from "../explain/finding.ts";
import { readSteps } from "../explain/read-steps.ts";
import type { Step } from "../explain/step.ts";
import { getRun } from "../runs/get.ts";
import type { Run } from "../runs/schema.ts";
import { type Alignment, type Alone, align, type Pair } from "./align.ts";
import { diffText } from "./diff-text.ts";
import { outputOf } from "./output.ts";
import type { Comparison } from "./schema.ts";
import { summarise } from "./summarise.ts";

/** One of the two runs. */
export interface Side {
  run: Run;
  steps: readonly Step[];
  /** What it gave, as text; null if that is not known. */
  output: string | null;
}

export interface CompareQuery {
  /** Entries of each list at the most. */
  most: number;
  /** Characters of the outputs' difference. */
  diffChars: number;
}

/** Where two runs differ: path, status, tokens, cost, latency, models and output. @throws AppError `run_not_found` */
export async function readSides(ctx: Ctx, a: string, b: string): Promise<[Side, Side]> {
  requireScope(ctx, "read");
  const side = async (id: string): Promise<Side> => {
    const [run, { steps, result }] = await Promise.all([getRun(ctx, id), readSteps(ctx, id)]);
    return { run, steps, output: result ?? (await outputOf(ctx, id, steps)) };
  };
  return Promise.all([side(a), side(b)]);
}

/** Compares two runs that were read. */
export function compare(a: Side, b: Side, { most, diffChars }: CompareQuery): Comparison {
  const alignment = align(a.steps, b.steps);
  const path = pathOf(alignment);
  const own = ownTimesOf(a.steps, b.steps);
  const cost = ({ counted, cost_usd }: Step) => (counted ? cost_usd : null);
  const tokens = ({ counted, input_tokens: i, output_tokens: o }: Step) =>
    counted && (i !== null || o !== null) ? (i ?? 0) + (o ?? 0) : null;
  const biggest = {
    own_ms: changes(alignment, (step) => own.get(step) ?? null, 1),
    cost_usd: changes(alignment, cost, 9),
    tokens: changes(alignment, tokens, 0),
  };
  const statuses = alignment.pairs.filter((pair) => (pair.a.status === "error") !== (pair.b.status === "error"));
  let left_out = 0;
  const cut = <T>(list: T[]): T[] => {
    left_out += Math.max(0, list.length - most);
    return list.slice(0, most);
  };
  const comparison: Omit<Comparison, "summary" | "left_out"> = {
    a: sideOf(a.run),
    b: sideOf(b.run),
    totals: totalsOf(a.run, b.run),
    models: {
      only_a: a.run.models.filter((model) => !b.run.models.includes(model)),
      only_b: b.run.models.filter((model) => !a.run.models.includes(model)),
      both: a.run.models.filter((model) => b.run.models.includes(model)),
    },
    path: {
      aligned: alignment.pairs.length,
      only_a: cut(path.only_a),
      only_b: cut(path.only_b),
      repeated: cut(path.repeated),
      moved: cut(path.moved),
    },
    status_changes: cut(
      statuses.map((pair) => ({
        path: pair.path,
        a_span_id: pair.a.span_id,
        b_span_id: pair.b.span_id,
        a: pair.a.status,
        b: pair.b.status,
        message: (pair.a.status_message ?? pair.b.status_message)?.slice(0, 200) ?? null,
      })),
    ),
    biggest: { own_ms: cut(biggest.own_ms), cost_usd: cut(biggest.cost_usd), tokens: cut(biggest.tokens) },
    output: a.output === null && b.output === null ? null : diffText(a.output ?? "", b.output ?? "", diffChars),
  };
  return { ...comparison, summary: summarise(comparison, path), left_out };
}

function sideOf({ id, name, status, started_at, service, version, url }: Run): Comparison["a"] {
  return { id, name, status, started_at, service, version, url };
}

function totalsOf(a: Run, b: Run): Comparison["totals"] {
  const total = (x: number | null, y: number | null, digits = 0) => ({
    a: x === null ? null : rounded(x, digits),
    b: y === null ? null : rounded(y, digits),
    change: x === null || y === null ? null : rounded(y - x, digits),
    change_percent: x === null || y === null || x === 0 ? null : rounded(((y - x) / x) * 100),
  });
  return {
    duration_ms: total(a.duration_ms, b.duration_ms, 1),
    cost_usd: total(a.cost_usd, b.cost_usd, 9),
    input_tokens: total(a.input_tokens, b.input_tokens),
    cached_input_tokens: total(a.cached_input_tokens, b.cached_input_tokens),
    output_tokens: total(a.output_tokens, b.output_tokens),
    llm_call_count: total(a.llm_call_count, b.llm_call_count),
    tool_call_count: total(a.tool_call_count, b.tool_call_count),
    span_count: total(a.span_count, b.span_count),
    error_count: total(a.error_count, b.error_count),
  };
}

/** What each span alone kept its run waiting. */
function ownTimesOf(...runs: (readonly Step[])[]): ReadonlyMap<Step, number> {
  return new Map(runs.flatMap((steps) => ownTimes(criticalPath(steps)).map(({ step, ms }) => [step, ms] as const)));
}

export type PathChanges = Omit<Comparison["path"], "aligned">;

function pathOf({ pairs, onlyA, onlyB }: Alignment): PathChanges {
  const aligned = Map.groupBy(pairs, ({ path }) => path);
  const [aloneA, aloneB] = [Map.groupBy(onlyA, ({ path }) => path), Map.groupBy(onlyB, ({ path }) => path)];
  const times = (path: string, alone: Map<string, Alone[]>) =>
    (aligned.get(path)?.length ?? 0) + (alone.get(path)?.length ?? 0);
  const only = (alone: Map<string, Alone[]>, other: Map<string, Alone[]>) =>
    [...alone.values()]
      .filter(([first]) => times((first as Alone).path, other) === 0)
      .map(together)
      .sort((x, y) => y.duration_ms - x.duration_ms || y.spans - x.spans);
  const both = [...new Set([...aloneA.keys(), ...aloneB.keys()])].filter(
    (path) => times(path, aloneA) > 0 && times(path, aloneB) > 0,
  );
  return {
    only_a: only(aloneA, aloneB),
    only_b: only(aloneB, aloneA),
    repeated: both
      .map((path) => ({ path, a_times: times(path, aloneA), b_times: times(path, aloneB) }))
      .filter(({ a_times, b_times }) => a_times !== b_times)
      .sort((x, y) => Math.abs(y.b_times - y.a_times) - Math.abs(x.b_times - x.a_times)),
    moved: pairs
      .filter(({ moved }) => moved)
      .map(({ path, a, b }) => ({ path, a_span_id: a.span_id, b_span_id: b.span_id })),
  };
}

/** Spans that a list names of one path. */
const MOST_SPANS = 3;

function together(alone: Alone[]): Comparison["path"]["only_a"][0] {
  return {
    path: (alone[0] as Alone).path,
    times: alone.length,
    span_ids: alone.slice(0, MOST_SPANS).map(({ step }) => step.span_id),
    spans: alone.reduce((sum, { spans }) => sum + spans, 0),
    duration_ms: rounded(alone.reduce((sum, { step }) => sum + (step.duration_ms ?? 0), 0)),
  };
}

type Change = Comparison["biggest"]["own_ms"][0];

/** By how much a value of each span changed, the most first; a span that the other run does not have had none. */
function changes({ pairs, onlyA, onlyB }: Alignment, measure: (step: Step) => number | null, digits: number): Change[] {
  const change = (path: string, a: Step | null, b: Step | null): Change => {
    const [x, y] = [a && measure(a), b && measure(b)];
    return {
      path,
      a_span_id: a?.span_id ?? null,
      b_span_id: b?.span_id ?? null,
      a: x === null ? null : rounded(x, digits),
      b: y === null ? null : rounded(y, digits),
      change: rounded((y ?? 0) - (x ?? 0), digits),
    };
  };
  const pair = ({ path, a, b }: Pair) => change(path, a, b);
  return [
    ...pairs.map(pair),
    ...onlyA.map(({ path, step }) => change(path, step, null)),
    ...onlyB.map(({ path, step }) => change(path, null, step)),
  ]
    .filter((each) => each.change !== 0)
    .sort((x, y) => Math.abs(y.change) - Math.abs(x.change));
}
