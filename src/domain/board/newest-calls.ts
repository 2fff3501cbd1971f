import type { CallFact } from "../../events/delta.ts";
import { durationMs, type Nano, NO_TIME, rfc3339 } from "../../events/nano.ts";
import type { TokenUsage } from "../../events/span.ts";
import { usdFromNano } from "../runs/run-from-row.ts";
import { COUNT_BOUND, NEWEST } from "./bounds.ts";
import type { BoardCall } from "./schema.ts";

/** Runs that are looked at for calls: among so many, some have one, or nobody here calls models. */
const LOOKED_AT = 200;

type Details = Pick<
  CallFact,
  "parent_span_id" | "name" | "operation" | "time_to_first_token_ms" | "price_version" | "client_cost_nano_usd"
> & {
  usage: Omit<TokenUsage, "input" | "output"> | null;
  unpriced?: BoardCall["unpriced"];
};

/** A call as lists read it. */
export interface CallListRow {
  run_id: string;
  span_id: string;
  model: string | null;
  provider: string | null;
  status: "ok" | "error";
  start: Nano;
  end: Nano;
  input: number | null;
  output: number | null;
  cost: number | null;
  details: string;
}

/**
 * The newest model calls, of the newest runs that made any: calls have no index by time, as they are most of what a
 * projection writes. Runs of more calls than COUNT_BOUND are passed over, since all calls of a run must be read to find
 * the newest.
 */
export function newestCalls(db: D1DatabaseSession, projectId: string): D1PreparedStatement {
  return db
    .prepare(
      `SELECT run_id, span_id, model, provider, status, CAST(start_ns AS TEXT) AS start, CAST(end_ns AS TEXT) AS end,
         input_tokens AS input, output_tokens AS output, cost_nano_usd AS cost, details
       FROM llm_calls
       WHERE project_id = ?1 AND counted = 1 AND run_id IN (
         SELECT id FROM (SELECT id, llm_call_count AS calls, started_ns FROM runs WHERE project_id = ?1
           ORDER BY started_ns DESC, id DESC LIMIT ${LOOKED_AT})
         WHERE calls BETWEEN 1 AND ${COUNT_BOUND} ORDER BY started_ns DESC LIMIT ${NEWEST})
       ORDER BY start_ns DESC, span_id DESC LIMIT ${NEWEST}`,
    )
    .bind(projectId);
}

/** A call as its run lists it, and where that run is. */
export function callFromRow(row: CallListRow): BoardCall {
  const { usage, ...details } = JSON.parse(row.details) as Details;
  return {
    span_id: row.span_id,
    parent_span_id: details.parent_span_id,
    name: details.name,
    operation: details.operation,
    model: row.model,
    provider: row.provider,
    status: row.status,
    started_at: rfc3339(row.start),
    duration_ms: row.end === NO_TIME ? null : durationMs(row.start, row.end),
    time_to_first_token_ms: details.time_to_first_token_ms,
    input_tokens: row.input,
    cached_input_tokens: usage?.cached ?? null,
    cache_write_tokens: usage?.cache_write ?? null,
    output_tokens: row.output,
    reasoning_tokens: usage?.reasoning ?? null,
    cost_usd: usdFromNano(row.cost),
    price_version: details.price_version,
    // Rows of an earlier version have neither.
    unpriced: details.unpriced ?? null,
    client_cost_usd: usdFromNano(details.client_cost_nano_usd ?? null),
    run_id: row.run_id,
    url: `/runs/${encodeURIComponent(row.run_id)}?span=${encodeURIComponent(row.span_id)}`,
  };
}
