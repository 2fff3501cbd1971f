import type { Run } from "../../src/domain/runs/schema.ts";
import type { Session } from "../../src/domain/sessions/schema.ts";

/** The sessions of some runs, the one with the newest run first. @param runs newest first */
export function fakeSessions(runs: Run[]): Session[] {
  const groups = Map.groupBy(
    runs.filter((run) => run.session_id !== null),
    (run) => run.session_id as string,
  );
  return [...groups].map(([id, own]) => sessionOf(id, own));
}

function sessionOf(id: string, runs: Run[]): Session {
  const first = runs.at(-1) as Run;
  const last = runs[0] as Run;
  const sum = (of: (run: Run) => number | null) => {
    const known = runs.map(of).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((all, value) => all + value, 0);
  };
  const distinct = (of: (run: Run) => (string | null)[]) =>
    [...new Set(runs.flatMap(of).filter((name) => name !== null))].sort();
  const unpriced = runs.filter((run) => run.cost_usd === null && run.llm_call_count > 0).length;
  return {
    id,
    name: last.name,
    kinds: [...new Set(runs.map((run) => run.kind))].sort(),
    tool: null,
    started_at: first.started_at,
    ended_at: last.ended_at,
    duration_ms: Date.parse(last.ended_at ?? last.started_at) - Date.parse(first.started_at),
    run_count: runs.length,
    failed_run_count: runs.filter((run) => run.status === "error").length,
    running_run_count: runs.filter((run) => run.status === "running").length,
    error_count: sum((run) => run.error_count) ?? 0,
    llm_call_count: sum((run) => run.llm_call_count) ?? 0,
    tool_call_count: sum((run) => run.tool_call_count) ?? 0,
    input_tokens: sum((run) => run.input_tokens),
    cached_input_tokens: sum((run) => run.cached_input_tokens),
    cache_write_tokens: null,
    output_tokens: sum((run) => run.output_tokens),
    reasoning_tokens: sum((run) => run.reasoning_tokens),
    cost_usd: unpriced > 0 ? null : sum((run) => run.cost_usd),
    known_cost_usd: sum((run) => run.known_cost_usd),
    unpriced_run_count: unpriced,
    user_ids: distinct((run) => [run.user_id]),
    services: distinct((run) => [run.service]),
    environments: distinct((run) => [run.environment]),
    models: distinct((run) => run.models),
    input_preview: first.input_preview,
    output_preview: last.output_preview,
    url: `/sessions/${encodeURIComponent(id)}`,
  };
}
