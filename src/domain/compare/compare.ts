import { type Ctx, requireScope } from "../../context.ts";
import { rounded } from "../explain/finding.ts";
import type { Run } from "../runs/schema.ts";
import { align, type Pair } from "./align.ts";
import { biggestChanges } from "./biggest-changes.ts";
import { diffText } from "./diff-text.ts";
import { pathChanges } from "./path-changes.ts";
import type { CompareQuery, Comparison } from "./schema.ts";
import { shorten } from "./shorten.ts";
import { readSide, type Side } from "./side.ts";
import { summarise } from "./summarise.ts";

/** Part of an answer's room that the difference of the outputs may take. */
const OUTPUT_SHARE = 0.25;

/** Characters of a name or a message, and models of a list: the rest of the answer needs its room. */
const LABEL_CHARS = 80;
const MESSAGE_CHARS = 200;
const MOST_MODELS = 10;

/** Where two runs differ: path, status, tokens, cost, latency, models and output. @throws AppError `run_not_found` */
export async function compareRuns(ctx: Ctx, a: string, b: string, query: CompareQuery): Promise<Comparison> {
  requireScope(ctx, "read");
  // One after the other: each may hold many megabytes of its log while it is read.
  const sideA = await readSide(ctx, a);
  return compare(sideA, await readSide(ctx, b), query);
}

/** The same of what was read. */
export function compare(a: Side, b: Side, { limit, max_chars }: CompareQuery): Comparison {
  const alignment = align(a.steps, b.steps);
  const models = (some: Run, test: (model: string) => boolean) => some.models.filter(test).slice(0, MOST_MODELS);
  const [inA, inB] = [(model: string) => a.run.models.includes(model), (model: string) => b.run.models.includes(model)];
  const diffChars = Math.floor(max_chars * OUTPUT_SHARE);
  const differences: Omit<Comparison, "summary" | "left_out"> = {
    a: sideOf(a.run),
    b: sideOf(b.run),
    totals: totalsOf(a.run, b.run),
    models: {
      only_a: models(a.run, (model) => !inB(model)),
      only_b: models(b.run, (model) => !inA(model)),
      both: models(a.run, inB),
    },
    path: { aligned: alignment.pairs.length, ...pathChanges(alignment) },
    status_changes: alignment.pairs
      .filter(({ a, b }) => (a.status === "error") !== (b.status === "error"))
      .map(statusOf),
    biggest: biggestChanges(alignment, a.steps, b.steps),
    output: a.output === null && b.output === null ? null : diffText(a.output ?? "", b.output ?? "", diffChars),
  };
  return shorten({ ...differences, summary: summarise(differences), left_out: 0 }, limit, max_chars);
}

function sideOf({ id, name, status, started_at, service, version, span_count, url }: Run): Comparison["a"] {
  const label = <T extends string | null>(text: T) => (text === null ? null : text.slice(0, LABEL_CHARS)) as T;
  return {
    id,
    name: label(name),
    status,
    started_at,
    service: label(service),
    version: label(version),
    span_count,
    url,
  };
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

function statusOf({ path, a, b }: Pair): Comparison["status_changes"][number] {
  const failed = a.status === "error" ? a : b;
  return {
    path,
    a_span_id: a.span_id,
    b_span_id: b.span_id,
    a: a.status,
    b: b.status,
    message: failed.status_message?.slice(0, MESSAGE_CHARS) ?? null,
  };
}
