import { type Ctx, requireScope } from "../../context.ts";
import { durationMs, NO_TIME, rfc3339 } from "../../events/nano.ts";
import { sumCalls } from "../projection/merge.ts";
import { currentState } from "./get.ts";
import { usdFromNano } from "./run-from-row.ts";
import type { LlmCall } from "./schema.ts";

/** The model calls of a run in order of their start; wrappers that repeat a call are left out. @throws `run_not_found` */
export async function listLlmCalls(ctx: Ctx, runId: string): Promise<{ data: LlmCall[]; next_cursor: null }> {
  requireScope(ctx, "read");
  const state = await currentState(ctx, runId);
  const { counted } = sumCalls(state.calls, state.links);
  const data = state.calls
    .filter((call) => counted.has(call.span_id))
    .sort((a, b) => (BigInt(a.start) < BigInt(b.start) ? -1 : 1))
    .map((call) => ({
      span_id: call.span_id,
      parent_span_id: call.parent_span_id,
      name: call.name,
      operation: call.operation,
      model: call.model,
      provider: call.provider,
      status: call.status,
      started_at: rfc3339(call.start),
      duration_ms: call.end === NO_TIME ? null : durationMs(call.start, call.end),
      time_to_first_token_ms: call.time_to_first_token_ms,
      input_tokens: call.usage?.input ?? null,
      cached_input_tokens: call.usage?.cached ?? null,
      cache_write_tokens: call.usage?.cache_write ?? null,
      output_tokens: call.usage?.output ?? null,
      reasoning_tokens: call.usage?.reasoning ?? null,
      cost_usd: usdFromNano(call.cost_nano_usd),
      price_version: call.price_version,
      unpriced: call.unpriced,
      client_cost_usd: usdFromNano(call.client_cost_nano_usd),
    }));
  return { data, next_cursor: null };
}
