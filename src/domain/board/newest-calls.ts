import { durationMs, type Nano, NO_TIME, rfc3339 } from "../../events/nano.ts";
import { usdFromNano } from "../runs/run-from-row.ts";
import { COUNT_BOUND, NEWEST } from "./bounds.ts";
import type { BoardCall } from "./schema.ts";

/** Runs that are looked at for calls: among so many, some have one, or nobody here calls models. */
const LOOKED_AT = 200;

/** A call as lists read it. */
export interface CallListRow extends Pick<BoardCall, "run_id" | "span_id" | "parent_span_id" | "name" | "operation"> {
  model: string | null;
  provider: string | null;
  status: "ok" | "error";
  start: Nano;
  end: Nano;
  time_to_first_token_ms: number | null;
  input_tokens: number | null;
  cached_input_tokens: number | null;
  cache_write_tokens: number | null;
  output_tokens: number | null;
  reasoning_tokens: number | null;
  cost_nano_usd: number | null;
  price_version: string | null;
  unpriced: BoardCall["unpriced"];
  client_cost_nano_usd: number | null;
}

/** The columns of a CallListRow, of `llm_calls AS c`. */
export const CALL_FIELDS = `c.run_id, c.span_id, c.parent_span_id, c.name, c.operation, c.model, c.provider, c.status,
  CAST(c.start_ns AS TEXT) AS start, CAST(c.end_ns AS TEXT) AS end, c.time_to_first_token_ms, c.input_tokens,
  c.cached_input_tokens, c.cache_write_tokens, c.output_tokens, c.reasoning_tokens, c.cost_nano_usd, c.price_version,
  c.unpriced, c.client_cost_nano_usd`;

/**
 * The newest model calls, of the newest runs that made any: calls have no index by time, and no
 * rows of their own that one could be of. Runs of more calls than COUNT_BOUND are passed over, since all calls of a run must be read to find
 * the newest.
 */
export function newestCalls(db: D1DatabaseSession, projectId: string): D1PreparedStatement {
  return db
    .prepare(
      `SELECT ${CALL_FIELDS} FROM llm_calls AS c
       WHERE c.project_id = ?1 AND c.counted = 1 AND c.run_id IN (
         SELECT id FROM (SELECT id, llm_call_count AS calls, started_ns FROM runs WHERE project_id = ?1
           ORDER BY started_ns DESC, id DESC LIMIT ${LOOKED_AT})
         WHERE calls BETWEEN 1 AND ${COUNT_BOUND} ORDER BY started_ns DESC LIMIT ${NEWEST})
       ORDER BY c.start_ns DESC, c.span_id DESC LIMIT ${NEWEST}`,
    )
    .bind(projectId);
}

/** A call as its run lists it, and where that run is. */
export function callFromRow({ start, end, cost_nano_usd, client_cost_nano_usd, ...row }: CallListRow): BoardCall {
  return {
    ...row,
    started_at: rfc3339(start),
    duration_ms: end === NO_TIME ? null : durationMs(start, end),
    cost_usd: usdFromNano(cost_nano_usd),
    client_cost_usd: usdFromNano(client_cost_nano_usd),
    url: `/runs/${encodeURIComponent(row.run_id)}?span=${encodeURIComponent(row.span_id)}`,
  };
}
