import type { Job } from "../../../durable-objects/project-jobs/protocol.ts";
import { projectFeed, projectJobs, runLog, traceLogAddresses } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import { nanoFromMs } from "../../events/nano.ts";
import { overSince, STATUS_SQL, UNPRICED_SQL, usdFromNano } from "../runs/run-from-row.ts";
import { loadSettings } from "../settings/load.ts";
import { bounded, COUNT_BOUND } from "./bounds.ts";
import type { Stats } from "./schema.ts";

const DAY_MS = 86_400_000;

/**
 * Runs that the sums of a day read at most, the newest: more than most projects start in a day, and few enough that a
 * dashboard which asks all the time costs next to nothing. Past it the sums are lower bounds.
 */
const DAY_BOUND = 5_000;

/** Jobs that are looked at: those before them are of another time. */
const JOBS_BOUND = 100;

const DAY_SQL = `
  SELECT count(*) AS runs, coalesce(sum(status = 'running'), 0) AS running, coalesce(sum(status = 'error'), 0) AS failed,
    coalesce(sum(spans), 0) AS spans, coalesce(sum(errors), 0) AS errors, coalesce(sum(calls), 0) AS calls,
    coalesce(sum(tools), 0) AS tools, sum(input) AS input, sum(cached) AS cached, sum(written) AS written,
    sum(output) AS output, sum(reasoning) AS reasoning, sum(cost) AS cost, sum(known) AS known,
    coalesce(sum(unpriced), 0) AS unpriced
  FROM (SELECT ${STATUS_SQL} AS status, span_count AS spans, error_count AS errors, llm_call_count AS calls,
      tool_call_count AS tools, input_tokens AS input, cached_input_tokens AS cached,
      details ->> 'cache_write_tokens' AS written, output_tokens AS output, reasoning_tokens AS reasoning,
      cost_nano_usd AS cost, details ->> 'known_cost_nano_usd' AS known, ${UNPRICED_SQL} AS unpriced
    FROM runs WHERE project_id = ? AND started_ns > CAST(? AS INTEGER)
    ORDER BY started_ns DESC, id DESC LIMIT ${DAY_BOUND})`;

/** The index is named, because SQLite would rather read all letters by their key than only those that wait. */
const COUNTS_SQL = `
  SELECT
    (SELECT count(*) FROM (SELECT 1 FROM runs WHERE project_id = ?1 LIMIT ${COUNT_BOUND + 1})) AS runs,
    (SELECT count(*) FROM (SELECT 1 FROM dead_letters INDEXED BY dead_letters_waiting
      WHERE project_id = ?1 AND replayed_at IS NULL
      LIMIT ${COUNT_BOUND + 1})) AS letters,
    (SELECT count(*) FROM (SELECT 1 FROM artifacts WHERE project_id = ?1 AND latest = 1 LIMIT ${COUNT_BOUND + 1})) AS artifacts,
    EXISTS (SELECT 1 FROM runs WHERE project_id = ?1 AND started_ns > CAST(?2 AS INTEGER)
      LIMIT 1 OFFSET ${DAY_BOUND}) AS moreInDay`;

interface DayRow {
  runs: number;
  running: number;
  failed: number;
  spans: number;
  errors: number;
  calls: number;
  tools: number;
  input: number | null;
  cached: number | null;
  written: number | null;
  output: number | null;
  reasoning: number | null;
  cost: number | null;
  known: number | null;
  unpriced: number;
}

interface CountRow {
  runs: number;
  letters: number;
  artifacts: number;
  moreInDay: number;
}

/** Totals of the project. */
export async function getStats(ctx: Ctx): Promise<Stats> {
  requireScope(ctx, "read");
  const { env, projectId } = ctx;
  const feed = projectFeed(env, projectId);
  const [{ day, counts }, { jobs }, clients, dropped, logs] = await Promise.all([
    readDatabase(ctx),
    projectJobs(env, projectId).list(JOBS_BOUND, null),
    feed.clients(),
    feed.dropped(),
    // The logs that all traces share. A run that comes by events has one of its own, and nobody can ask all of them.
    Promise.all(traceLogAddresses(env, projectId).map((address) => runLog(env, address).status())),
  ]);
  const runs = bounded(counts.runs);
  const letters = bounded(counts.letters);
  const artifacts = bounded(counts.artifacts);
  const jobsWith = (...statuses: Job["status"][]) => jobs.filter(({ status }) => statuses.includes(status)).length;
  return {
    run_count: runs.count,
    run_count_is_lower_bound: runs.isLowerBound,
    last_24_hours: lastDay(day, counts.moreInDay === 1),
    artifact_count: artifacts.count,
    artifact_count_is_lower_bound: artifacts.isLowerBound,
    jobs: { active: jobsWith("pending", "running"), failed: jobsWith("error") },
    dead_letters: { waiting: letters.count, waiting_is_lower_bound: letters.isLowerBound },
    connected_clients: clients,
    projection: {
      waiting: logs.reduce((sum, log) => sum + log.waitingRows, 0),
      waiting_ms: Math.max(0, ...logs.map((log) => log.waitingMs)),
    },
    dropped,
  };
}

async function readDatabase({ env, projectId }: Ctx): Promise<{ day: DayRow; counts: CountRow }> {
  const now = Date.now();
  const since = nanoFromMs(now - DAY_MS);
  const settings = await loadSettings(env, projectId);
  const db = readDbFor(env, projectId);
  const [days, counts] = await db.batch<DayRow & CountRow>([
    db.prepare(DAY_SQL).bind(overSince(now, settings), projectId, since),
    db.prepare(COUNTS_SQL).bind(projectId, since),
  ]);
  return { day: days?.results[0] as DayRow, counts: counts?.results[0] as CountRow };
}

function lastDay(row: DayRow, isLowerBound: boolean): Stats["last_24_hours"] {
  return {
    is_lower_bound: isLowerBound,
    run_count: row.runs,
    running_run_count: row.running,
    failed_run_count: row.failed,
    span_count: row.spans,
    error_count: row.errors,
    llm_call_count: row.calls,
    tool_call_count: row.tools,
    input_tokens: row.input,
    cached_input_tokens: row.cached,
    cache_write_tokens: row.written,
    output_tokens: row.output,
    reasoning_tokens: row.reasoning,
    cost_usd: row.unpriced > 0 || isLowerBound ? null : usdFromNano(row.cost),
    known_cost_usd: usdFromNano(row.known),
    unpriced_run_count: row.unpriced,
  };
}
