import { z } from "@hono/zod-openapi";
import { listAllCalls } from "../../domain/llm-calls/list.ts";
import { listLlmCalls } from "../../domain/runs/llm-calls.ts";
import type { LlmCall } from "../../domain/runs/schema.ts";
import { AppError } from "../../errors.ts";
import { idArg } from "../ids.ts";
import { defineTool } from "../tool.ts";

const text = z.string().min(1).max(1000);
const amount = z.number().min(0).max(1e9);
const tokens = z.number().int().nullable();

const filter = z.strictObject({
  model: text.optional(),
  provider: text.optional(),
  operation: text.optional(),
  status: z.enum(["ok", "error"]).optional(),
  service: text.optional(),
  user_id: text.optional(),
  session_id: text.optional(),
  from: text.optional().describe("RFC 3339, inclusive: the call's start"),
  to: text.optional().describe("RFC 3339, exclusive"),
  min_cost_usd: amount.optional(),
  max_cost_usd: amount.optional(),
  min_duration_ms: amount.optional(),
  max_duration_ms: amount.optional(),
  min_tokens: amount.optional().describe("In and out together"),
  max_tokens: amount.optional(),
  unpriced: z.boolean().optional().describe("Whether its cost is not known"),
});

const callSchema = z.object({
  run_id: z.string(),
  span_id: z.string(),
  name: z.string(),
  model: z.string().nullable(),
  provider: z.string().nullable(),
  operation: z.string().nullable(),
  status: z.string(),
  started_at: z.string(),
  duration_ms: z.number().nullable(),
  time_to_first_token_ms: z.number().nullable(),
  input_tokens: tokens,
  cached_input_tokens: tokens,
  output_tokens: tokens,
  reasoning_tokens: tokens,
  cost_usd: z.number().nullable().describe("null = not known; unpriced says why"),
  unpriced: z.string().nullable(),
});

export const getLlmCalls = defineTool({
  name: "get_llm_calls",
  title: "List model calls",
  description:
    "Model calls with model, tokens, cost and latency: of one run (run_id, in order of time), or of all runs by a filter (newest first). " +
    "Bodies are not in it: get_span has them.",
  scope: "read",
  input: z.strictObject({
    run_id: idArg.optional(),
    filter: filter.optional().describe("Without run_id only"),
    limit: z.number().int().min(1).max(200).default(25),
    cursor: z.string().max(2000).optional().describe("next_cursor of the page before"),
  }),
  output: z.object({
    calls: z.array(callSchema),
    total: z.number().int().nullable().describe("Calls of the run; null without run_id"),
    next_cursor: z
      .string()
      .nullable()
      .describe("Go on with it until it is null: without run_id a page may be short or empty"),
  }),
  async run(ctx, { run_id, filter = {}, limit, cursor }) {
    if (run_id === undefined) {
      const { data, next_cursor } = await listAllCalls(ctx, { ...filter, limit, cursor });
      return { calls: data.map((call) => briefCall(call.run_id, call)), total: null, next_cursor };
    }
    if (Object.keys(filter).length > 0) {
      throw new AppError("invalid_request", "filter works over all runs. Leave it out, or leave run_id out.");
    }
    const { data } = await listLlmCalls(ctx, run_id);
    const from = cursor === undefined ? 0 : offsetOf(cursor);
    const page = data.slice(from, from + limit);
    const next = from + limit < data.length ? String(from + limit) : null;
    return { calls: page.map((call) => briefCall(run_id, call)), total: data.length, next_cursor: next };
  },
});

function offsetOf(cursor: string): number {
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw new AppError("invalid_request", "cursor must be the next_cursor of the page before.");
}

function briefCall(run_id: string, call: LlmCall): z.infer<typeof callSchema> {
  const { span_id, name, model, provider, operation, status, started_at, duration_ms, time_to_first_token_ms } = call;
  const { input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, cost_usd, unpriced } = call;
  return {
    run_id,
    span_id,
    name,
    model,
    provider,
    operation,
    status,
    started_at,
    duration_ms,
    time_to_first_token_ms,
    input_tokens,
    cached_input_tokens,
    output_tokens,
    reasoning_tokens,
    cost_usd,
    unpriced,
  };
}
