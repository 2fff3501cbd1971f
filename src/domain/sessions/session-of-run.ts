import type { Run } from "../runs/schema.ts";
import { sessionPath } from "./path.ts";
import type { Session } from "./schema.ts";

/** The session that a single run makes. */
export function sessionOfRun(run: Run): Session {
  const { tool } = run.metadata;
  return {
    id: run.session_id ?? run.id,
    name: run.name,
    kinds: [run.kind],
    tool: run.kind === "reasoning" && typeof tool === "string" ? tool : null,
    started_at: run.started_at,
    ended_at: run.ended_at,
    duration_ms: run.duration_ms,
    run_count: 1,
    failed_run_count: run.status === "error" ? 1 : 0,
    running_run_count: run.status === "running" ? 1 : 0,
    error_count: run.error_count,
    llm_call_count: run.llm_call_count,
    tool_call_count: run.tool_call_count,
    input_tokens: run.input_tokens,
    cached_input_tokens: run.cached_input_tokens,
    cache_write_tokens: run.cache_write_tokens,
    output_tokens: run.output_tokens,
    reasoning_tokens: run.reasoning_tokens,
    cost_usd: run.cost_usd,
    known_cost_usd: run.known_cost_usd,
    unpriced_run_count: run.unpriced_call_count > (run.unpriced.refused ?? 0) ? 1 : 0,
    user_ids: run.user_id === null ? [] : [run.user_id],
    services: run.service === null ? [] : [run.service],
    environments: run.environment === null ? [] : [run.environment],
    models: run.models,
    input_preview: run.input_preview,
    output_preview: run.output_preview,
    url: sessionPath(run.session_id ?? run.id),
  };
}
