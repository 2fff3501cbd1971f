import { durationMs, type Nano, rfc3339 } from "../../events/nano.ts";
import { overSince, type Patience, STATUS_SQL, UNPRICED_SQL, usdFromNano } from "../runs/run-from-row.ts";
import { sessionPath } from "./path.ts";
import type { Session } from "./schema.ts";

interface SumRow {
  id: string;
  started: Nano;
  input_preview: string | null;
  tool: string | null;
  kinds: string;
  runs: number;
  failed: number;
  running: number;
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
  users: string;
  services: string;
  environments: string;
  models: string;
}

interface LastRow {
  id: string;
  ended: Nano | null;
  name: string;
  output_preview: string | null;
}

/** Sessions with their sums, in the order of `ids`; one without runs is left out. Reads the runs by `runs_by_session`. */
export async function sumSessions(
  db: D1Database | D1DatabaseSession,
  projectId: string,
  ids: readonly string[],
  patience: Patience,
): Promise<Session[]> {
  if (ids.length === 0) return [];
  const over = overSince(Date.now(), patience);
  const list = JSON.stringify(ids);
  const from = "FROM runs WHERE project_id = ? AND session_id IN (SELECT value FROM json_each(?)) GROUP BY session_id";
  // SQLite takes the other columns from the row that min() or max() picked, as long as there is only one of them.
  const [sums, lasts] = await db.batch<SumRow & LastRow>([
    db
      .prepare(
        `SELECT id, CAST(started AS TEXT) AS started, input_preview, tool, kinds, runs, failed, running, errors, calls, tools, input, cached, written,
           output, reasoning, cost, known, unpriced, users, services, environments, models
         FROM (SELECT session_id AS id, min(started_ns) AS started, input_preview,
           CASE kind WHEN 'reasoning' THEN CAST(metadata ->> 'tool' AS TEXT) END AS tool,
           json_group_array(DISTINCT kind) AS kinds, count(*) AS runs,
           sum(${STATUS_SQL} = 'error') AS failed, sum(${STATUS_SQL} = 'running') AS running, sum(error_count) AS errors,
           sum(llm_call_count) AS calls, sum(tool_call_count) AS tools, sum(input_tokens) AS input,
           sum(cached_input_tokens) AS cached, sum(details ->> 'cache_write_tokens') AS written, sum(output_tokens) AS output, sum(reasoning_tokens) AS reasoning,
           sum(cost_nano_usd) AS cost, sum(details ->> 'known_cost_nano_usd') AS known, sum(${UNPRICED_SQL}) AS unpriced,
           json_group_array(DISTINCT user_id) AS users, json_group_array(DISTINCT service) AS services,
           json_group_array(DISTINCT environment) AS environments, json_group_array(DISTINCT models) AS models ${from})`,
      )
      .bind(over, over, projectId, list),
    db
      .prepare(
        `SELECT id, CAST(ended AS TEXT) AS ended, name, output_preview
         FROM (SELECT session_id AS id, max(coalesce(ended_ns, started_ns)) AS ended, name, output_preview ${from})`,
      )
      .bind(projectId, list),
  ]);
  const last = new Map(lasts?.results.map((row) => [row.id, row]));
  const byId = new Map(sums?.results.map((row) => [row.id, sessionFrom(row, last.get(row.id))]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

function sessionFrom(row: SumRow, last: LastRow | undefined): Session {
  const ended = last?.ended ?? null;
  return {
    id: row.id,
    name: last?.name ?? "",
    kinds: namesIn(row.kinds) as Session["kinds"],
    tool: row.tool,
    started_at: rfc3339(row.started),
    ended_at: ended === null ? null : rfc3339(ended),
    duration_ms: ended === null ? null : durationMs(row.started, ended),
    run_count: row.runs,
    failed_run_count: row.failed,
    running_run_count: row.running,
    error_count: row.errors,
    llm_call_count: row.calls,
    tool_call_count: row.tools,
    input_tokens: row.input,
    cached_input_tokens: row.cached,
    cache_write_tokens: row.written,
    output_tokens: row.output,
    reasoning_tokens: row.reasoning,
    cost_usd: row.unpriced > 0 ? null : usdFromNano(row.cost),
    known_cost_usd: usdFromNano(row.known),
    unpriced_run_count: row.unpriced,
    user_ids: namesIn(row.users),
    services: namesIn(row.services),
    environments: namesIn(row.environments),
    models: [...new Set(namesIn(row.models).flatMap((each) => JSON.parse(each) as string[]))].sort(),
    input_preview: row.input_preview,
    output_preview: last?.output_preview ?? null,
    url: sessionPath(row.id),
  };
}

function namesIn(json: string): string[] {
  return (JSON.parse(json) as (string | null)[]).filter((name) => name !== null).sort();
}
