import { type Ctx, requireScope } from "../../context.ts";
import { cachedTokenGain } from "../analytics/saving-cache.ts";
import type { Failure } from "../errors/failure.ts";
import { loadPrices } from "../prices/load.ts";
import { getRun } from "../runs/get.ts";
import type { Run } from "../runs/schema.ts";
import { callFindings } from "./calls.ts";
import { criticalPath, ownTimes } from "./critical-path.ts";
import { failureFindings } from "./failures.ts";
import {
  dollars,
  type Explanation,
  FINDING_KINDS,
  type Finding,
  type Focus,
  idsOf,
  inWords,
  rounded,
} from "./finding.ts";
import { latencyFindings } from "./latency.ts";
import { type CacheGain, promptFindings } from "./prompts.ts";
import { readSteps } from "./read-steps.ts";
import { repeatFindings } from "./repeats.ts";
import type { Step } from "./step.ts";

/** Spans of the critical path that are named. */
const MOST_ON_PATH = 8;

export interface ExplainQuery {
  focus?: Focus | undefined;
  /** Findings at the most. */
  limit: number;
}

/**
 * Why a run took as long, cost as much and failed as it did, and what to do about it: computed from its spans alone.
 * @throws AppError `run_not_found`
 */
export async function explainRun(ctx: Ctx, runId: string, query: ExplainQuery): Promise<Explanation> {
  requireScope(ctx, "read");
  const [run, { steps, failures }, prices] = await Promise.all([
    getRun(ctx, runId),
    readSteps(ctx, runId),
    loadPrices(ctx.env, ctx.projectId),
  ]);
  const now = Date.now();
  return explain(
    run,
    steps,
    failures,
    (model, provider, tokens) => cachedTokenGain(model, provider, tokens, prices, now),
    now,
    query,
  );
}

const ORDER = { high: 0, medium: 1, low: 2 };

/** The same of what was read. @param now milliseconds since the epoch */
export function explain(
  run: Run,
  steps: readonly Step[],
  failures: readonly Failure[],
  gain: CacheGain,
  now: number,
  { focus, limit }: ExplainQuery,
): Explanation {
  const total = run.duration_ms ?? steps.reduce((most, { from, to }) => Math.max(most, to ?? from), 0);
  const path = criticalPath(steps);
  const calls = steps.filter(({ counted }) => counted);
  const all = [
    ...failureFindings(steps, failures),
    ...runningFindings(run, steps, now),
    ...latencyFindings(path, total),
    ...repeatFindings(steps, { ms: total, usd: run.known_cost_usd }),
    ...callFindings(calls),
    ...promptFindings(calls, gain),
  ].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
  const wanted = focus ? all.filter(({ kind }) => (FINDING_KINDS[kind] as readonly Focus[]).includes(focus)) : all;
  return {
    run_id: run.id,
    status: run.status,
    headline: headlineOf(run, all),
    duration_ms: run.duration_ms,
    cost_usd: run.cost_usd,
    critical_path: ownTimes(path)
      .slice(0, MOST_ON_PATH)
      .map(({ step, ms }) => ({
        span_id: step.span_id,
        name: step.name,
        own_ms: rounded(ms),
        share_percent: total > 0 ? rounded((ms / total) * 100) : 0,
      })),
    findings: wanted.slice(0, limit),
    other_findings: Math.max(0, wanted.length - limit),
  };
}

function runningFindings(run: Run, steps: readonly Step[], now: number): Finding[] {
  const open = steps.filter(({ to }) => to === null).sort((a, b) => a.from - b.from);
  const [oldest] = open;
  if (!oldest) return [];
  const over = run.status !== "running" || run.stalled;
  const ms = Math.max(0, now - Date.parse(oldest.started_at));
  return [
    {
      kind: "running",
      severity: over ? "medium" : "low",
      what: `${open.length === 1 ? "A span has" : `${open.length} spans have`} not ended: ${oldest.name} began ${inWords(ms)} ago${over ? `, but the run ${run.stalled ? "is silent" : "is over"}` : ""}.`,
      span_ids: idsOf(open),
      numbers: { open_count: open.length, oldest_ms: Math.round(ms) },
      suggestion: over
        ? "Its end was never sent: the process may have died, or did not flush its exporter before it went."
        : "The run still goes on: tail_run shows what it does now.",
    },
  ];
}

function headlineOf(run: Run, findings: readonly Finding[]): string {
  const took = run.duration_ms === null ? "it has not ended" : `it took ${inWords(run.duration_ms)}`;
  const cost =
    run.cost_usd !== null
      ? `and cost ${dollars(run.cost_usd)}`
      : run.known_cost_usd !== null
        ? `and cost ${dollars(run.known_cost_usd)} as far as that is known`
        : run.llm_call_count > 0
          ? "and nobody knows what it cost"
          : "without a model call";
  const state = run.stalled
    ? "is silent"
    : { running: "is running", success: "went well", error: "failed", cancelled: "was cancelled" }[run.status];
  const worst = findings[0];
  const spans = run.span_count === 0 ? " It has no spans: tail_run shows its events." : "";
  return `The run ${state}: ${took} ${cost}, with ${run.llm_call_count} model calls in ${run.span_count} spans.${worst && worst.severity !== "low" ? ` ${worst.what}` : ""}${spans}`;
}
