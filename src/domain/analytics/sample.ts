import { nanoFromMs } from "../../events/nano.ts";
import { Params } from "../runs/params.ts";
import type { Span } from "./range.ts";
import { type AnalyticsFilter, ask, type Query } from "./source.ts";

/** Runs that are looked at call by call, the newest of a range: enough to show a habit, and a bounded answer. */
export const SAMPLED_RUNS = 500;

/** Calls of them that are read: 20 for each. */
export const SAMPLED_CALLS = 10_000;

/** A call that counts, as its row has it. */
export interface SampledCall {
  run_id: string;
  service: string;
  model: string | null;
  provider: string | null;
  operation: string | null;
  status: "ok" | "error";
  /** Milliseconds since the epoch. */
  start_ms: number;
  input_tokens: number | null;
  cached_tokens: number | null;
  output_tokens: number | null;
  cost_nano_usd: number | null;
  service_tier: string | null;
}

export interface Sample {
  runs: number;
  /** Whether it holds all runs and calls of the range. */
  all: boolean;
  calls: SampledCall[];
}

/** The newest runs of a range. */
export function sampledRunsQuery(
  projectId: string,
  span: Span,
  { service, environment }: Pick<AnalyticsFilter, "service" | "environment">,
): Query {
  const params = new Params();
  const any = (column: string, values: readonly string[] | undefined) =>
    values?.length ? `AND ${column} IN (SELECT j.value FROM json_each(${params.of(JSON.stringify(values))}) AS j)` : "";
  const sql = `SELECT id, coalesce(service, '') AS service FROM runs INDEXED BY runs_by_start
    WHERE project_id = ${params.of(projectId)} AND started_ns >= ${params.nano(nanoFromMs(span.from * 1000))}
      AND started_ns < ${params.nano(nanoFromMs(span.to * 1000))} ${any("service", service)} ${any("environment", environment)}
    ORDER BY started_ns DESC, id DESC LIMIT ${SAMPLED_RUNS + 1}`;
  return { sql, values: params.values };
}

/** The calls of runs. @param runIds at most SAMPLED_RUNS */
export function sampledCallsQuery(projectId: string, runIds: readonly string[]): Query {
  const sql = `SELECT run_id, model, provider, operation, status, start_ns / 1000000 AS start_ms,
      input_tokens, cached_input_tokens AS cached_tokens, output_tokens, cost_nano_usd, service_tier
    FROM llm_calls WHERE project_id = ?1 AND run_id IN (SELECT value FROM json_each(?2)) AND counted = 1
    ORDER BY run_id LIMIT ${SAMPLED_CALLS + 1}`;
  return { sql, values: [projectId, JSON.stringify(runIds)] };
}

/** Reads the calls of the newest runs of a range. */
export async function sampleCalls(
  db: D1DatabaseSession,
  projectId: string,
  span: Span,
  filter: Pick<AnalyticsFilter, "service" | "environment">,
): Promise<Sample> {
  const [found = []] = await ask<{ id: string; service: string }>(db, [sampledRunsQuery(projectId, span, filter)]);
  const runs = found.slice(0, SAMPLED_RUNS);
  const serviceOf = new Map(runs.map(({ id, service }) => [id, service]));
  const [calls = []] = await ask<SampledCall>(db, [sampledCallsQuery(projectId, [...serviceOf.keys()])]);
  return {
    runs: runs.length,
    all: runs.length === found.length && calls.length <= SAMPLED_CALLS,
    calls: calls.slice(0, SAMPLED_CALLS).map((call) => ({ ...call, service: serviceOf.get(call.run_id) ?? "" })),
  };
}

/** Runs of a saving, the clearest first. */
const RUNS_SHOWN = 10;

/** The runs of calls that weigh most. */
export function heaviestRuns(calls: readonly SampledCall[], weightOf: (call: SampledCall) => number): string[] {
  const weights = new Map<string, number>();
  for (const call of calls) weights.set(call.run_id, (weights.get(call.run_id) ?? 0) + weightOf(call));
  return [...weights]
    .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
    .slice(0, RUNS_SHOWN)
    .map(([id]) => id);
}

/** Parameters of the list of runs, without those that are not known. */
export function filtersOf(fields: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** US dollars in words. */
export function dollars(usd: number): string {
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}
