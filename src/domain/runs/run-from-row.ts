import type { RunStatus } from "../../events/event.ts";
import { durationMs, type Nano, nanoFromMs, rfc3339 } from "../../events/nano.ts";
import { detailsOf, type RunRow } from "../projection/rows.ts";
import type { Settings } from "../settings/schema.ts";
import type { Run } from "./schema.ts";

/** A trace whose root never came is held to be over when nothing was heard of it for this long, at the least. */
const QUIET_MS = 600_000;

/** What a project holds of silence. */
export type Patience = Pick<Settings, "stall_after_minutes">;

/** A running run that was silent for this long has stalled: it is shown, and nothing is decided. Milliseconds. */
function stalledMs(patience: Patience): number {
  return patience.stall_after_minutes * 60_000;
}

/**
 * What was heard of last at this time or before is over, if its end never came. Where runs may be silent for long, that is
 * well after they are shown as stalled: or they would end before they stall. Milliseconds since the epoch.
 */
export function overSince(now: number, patience: Patience): number {
  return now - Math.max(QUIET_MS, 2 * stalledMs(patience));
}

/** SQL for a run's status, equal to `statusOf`. Parameter: `overSince`. */
export const STATUS_SQL = `CASE outcome WHEN 1 THEN 'success' WHEN 2 THEN 'error' WHEN 3 THEN 'cancelled'
  ELSE CASE WHEN seen_at > ? THEN 'running' WHEN error_count > 0 THEN 'error' ELSE 'success' END END`;

/**
 * SQL for whether a run's cost is not known. A run without calls, or whose calls were all refused, costs nothing that anybody
 * could know of: it leaves a sum whole.
 */
export const UNPRICED_SQL =
  "(cost_nano_usd IS NULL AND llm_call_count > coalesce(details ->> '$.unpriced.refused', 0))";

/**
 * A run's status. The root span decides, as it ends last; without it the run goes on until it has been quiet for long.
 * @param now milliseconds since the epoch
 */
export function statusOf(
  row: Pick<RunRow, "outcome" | "seen_at" | "error_count">,
  now: number,
  patience: Patience,
): RunStatus {
  switch (row.outcome) {
    case 1:
      return "success";
    case 2:
      return "error";
    case 3:
      return "cancelled";
    default:
      if (Number(row.seen_at) > overSince(now, patience)) return "running";
      return Number(row.error_count) > 0 ? "error" : "success";
  }
}

/** The run as the API answers it. */
export function runFromRow(row: RunRow, now: number, patience: Patience): Run {
  const started = String(row.started_ns) as Nano;
  const ended = row.ended_ns === null ? null : (String(row.ended_ns) as Nano);
  const details = detailsOf(row);
  const status = statusOf(row, now, patience);
  const { client_cost_nano_usd: ofCalls, logged_cost_nano_usd: logged } = details;
  return {
    id: String(row.id),
    kind: row.kind as Run["kind"],
    name: String(row.name),
    status,
    stalled: status === "running" && Number(row.seen_at) <= now - stalledMs(patience),
    service: text(row.service),
    environment: text(row.environment),
    version: text(row.version),
    session_id: text(row.session_id),
    user_id: text(row.user_id),
    parent_run_id: text(row.parent_run_id),
    tags: JSON.parse(String(row.tags)) as string[],
    metadata: JSON.parse(String(row.metadata)) as Record<string, unknown>,
    started_at: rfc3339(started),
    ended_at: ended === null ? null : rfc3339(ended),
    duration_ms: ended === null ? null : durationMs(started, ended),
    seen_at: rfc3339(nanoFromMs(Number(row.seen_at))),
    span_count: Number(row.span_count),
    event_count: Number(row.event_count),
    llm_call_count: Number(row.llm_call_count),
    tool_call_count: Number(row.tool_call_count),
    error_count: Number(row.error_count),
    input_tokens: number(row.input_tokens),
    cached_input_tokens: number(row.cached_input_tokens),
    cache_write_tokens: details.cache_write_tokens,
    output_tokens: number(row.output_tokens),
    reasoning_tokens: number(row.reasoning_tokens),
    cost_usd: usdFromNano(number(row.cost_nano_usd)),
    known_cost_usd: usdFromNano(details.known_cost_nano_usd),
    unpriced_call_count: Object.values(details.unpriced).reduce((sum, count) => sum + count, 0),
    unpriced: details.unpriced,
    price_version: text(row.price_version),
    // A client sends its figure with the call or in a record of its own, never both.
    client_cost_usd: usdFromNano(ofCalls === null && logged === null ? null : (ofCalls ?? 0) + (logged ?? 0)),
    models: JSON.parse(String(row.models)) as string[],
    providers: JSON.parse(String(row.providers)) as string[],
    agents: details.agents,
    tools: details.tools,
    prompts: details.prompts,
    first_seq: 1,
    last_seq: Number(row.last_seq),
    input_preview: text(row.input_preview),
    output_preview: text(row.output_preview),
    url: `/runs/${encodeURIComponent(String(row.id))}`,
  };
}

/** Billionths of a dollar as dollars; null stays null. */
export function usdFromNano(nano: number | null): number | null {
  return nano === null ? null : nano / 1e9;
}

function text(value: string | number | null): string | null {
  return value === null ? null : String(value);
}

function number(value: string | number | null): number | null {
  return value === null ? null : Number(value);
}
