import { z } from "@hono/zod-openapi";
import { RUN_KINDS, RUN_STATUSES } from "../../events/event.ts";
import { SPAN_KINDS, STATUS_CODES, STEP_KINDS, UNPRICED_REASONS } from "../../events/span.ts";
import { PRICE_KINDS } from "../prices/list.ts";

/** RFC 3339 in UTC, with the precision that came in. */
const time = z.string().openapi({ format: "date-time", example: "2026-11-21T09:30:00.123456789Z" });
const tokens = z.number().int().nullable().openapi({ description: "null = not reported" });
const cost = z.number().nullable().openapi({ description: "US dollars; null = not known, never 0 for unknown" });
const clientCost = z.number().nullable().openapi({ description: "US dollars, as the sender says; null = it does not" });
const priceVersion = z
  .string()
  .nullable()
  .openapi({ description: "The price list that the cost is by; `project@n` for the project's own" });
const unpriced = z.enum(UNPRICED_REASONS);

/** A run, as every door answers it. */
export const runSchema = z
  .object({
    id: z.string(),
    kind: z.enum(RUN_KINDS),
    name: z.string(),
    status: z.enum(RUN_STATUSES),
    stalled: z
      .boolean()
      .openapi({ description: "It is running, and was silent for the `stall_after_minutes` of the settings" }),
    service: z.string().nullable(),
    environment: z.string().nullable(),
    version: z.string().nullable().openapi({ description: "The application's release" }),
    session_id: z.string().nullable(),
    user_id: z.string().nullable(),
    parent_run_id: z.string().nullable(),
    tags: z.array(z.string()),
    metadata: z.record(z.string(), z.unknown()),
    started_at: time,
    ended_at: time.nullable(),
    duration_ms: z.number().nullable(),
    seen_at: time.openapi({ description: "When something was last heard of it, by the server's clock" }),
    span_count: z.number().int(),
    event_count: z.number().int(),
    llm_call_count: z.number().int(),
    tool_call_count: z.number().int(),
    error_count: z.number().int(),
    input_tokens: tokens,
    cached_input_tokens: tokens,
    cache_write_tokens: tokens,
    output_tokens: tokens,
    reasoning_tokens: tokens,
    cost_usd: cost,
    known_cost_usd: cost.openapi({ description: "US dollars of the calls whose cost is known" }),
    unpriced_call_count: z.number().int().openapi({ description: "Calls whose cost is not known" }),
    unpriced: z.partialRecord(unpriced, z.number().int()).openapi({ description: "The same by reason" }),
    price_version: priceVersion,
    client_cost_usd: clientCost,
    models: z.array(z.string()),
    providers: z.array(z.string()),
    agents: z.array(z.string()),
    tools: z.array(z.string()),
    prompts: z.array(z.string()),
    first_seq: z.number().int(),
    last_seq: z.number().int(),
    input_preview: z.string().nullable(),
    output_preview: z.string().nullable(),
    url: z.string().openapi({ description: "The run's page in the dashboard" }),
  })
  .openapi("Run");
export type Run = z.infer<typeof runSchema>;

/** A run in a list. */
export const foundRunSchema = runSchema
  .extend({
    match: z
      .object({
        first_seq: z.number().int().openapi({ description: "The first event of the part of the log that was found" }),
        snippet: z.array(z.object({ text: z.string(), hit: z.boolean() })),
      })
      .optional()
      .openapi({ description: "Where it was found; only with q. Indexed is what docs/search.md says, not every word" }),
  })
  .openapi("FoundRun");
export type FoundRun = z.infer<typeof foundRunSchema>;

const facet = z.array(z.object({ value: z.string(), count: z.number().int() }));

/** How many runs have which values: the most frequent first. */
export const runFacetsSchema = z
  .object({
    facets: z.object({
      status: facet,
      kind: facet,
      service: facet,
      environment: facet,
      model: facet,
      provider: facet,
      tag: facet,
    }),
    approximate: z.boolean().openapi({ description: "Only the newest `counted` runs were looked at, not all" }),
    counted: z.number().int().openapi({ description: "Runs that were looked at for a field, at the most" }),
  })
  .openapi("RunFacets");
export type RunFacets = z.infer<typeof runFacetsSchema>;

/** A span in a run's list: everything a waterfall draws, no bodies. `seq` is that of its start until its end has come. */
export const spanRowSchema = z
  .object({
    seq: z.number().int(),
    span_id: z.string(),
    parent_span_id: z.string().nullable(),
    name: z.string(),
    kind: z.enum(SPAN_KINDS),
    step: z.enum(STEP_KINDS),
    status: z.enum(STATUS_CODES),
    status_message: z.string().nullable(),
    service: z.string().nullable(),
    started_at: time,
    ended_at: time.nullable().openapi({ description: "null = it has not ended, or did not say when" }),
    duration_ms: z.number().nullable(),
    model: z.string().nullable(),
    provider: z.string().nullable(),
    tool_name: z.string().nullable(),
    agent_name: z.string().nullable(),
    input_tokens: tokens,
    cached_input_tokens: tokens,
    output_tokens: tokens,
    reasoning_tokens: tokens,
    time_to_first_token_ms: z.number().nullable(),
    cost_usd: cost.openapi({ description: "US dollars of this span's own call; null on all other spans" }),
    unpriced: unpriced.nullable().openapi({ description: "Why a call's cost is not known; null on all other spans" }),
    event_count: z.number().int(),
  })
  .openapi("SpanRow");
export type SpanRow = z.infer<typeof spanRowSchema>;

const messagePartSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("reasoning"), text: z.string() }),
  z.object({ type: z.literal("image"), url: z.string().optional(), mime_type: z.string().optional() }),
  z.object({ type: z.literal("tool_call"), id: z.string().optional(), name: z.string(), arguments: z.unknown() }),
  z.object({
    type: z.literal("tool_result"),
    id: z.string().optional(),
    name: z.string().optional(),
    result: z.unknown(),
  }),
  z.object({ type: z.literal("json"), value: z.unknown() }),
]);

export const messageSchema = z
  .object({ role: z.string(), parts: z.array(messagePartSchema), finish_reason: z.string().optional() })
  .openapi("Message");

/** How a cost came about. */
export const costBasisSchema = z
  .object({
    version: z.string(),
    priced_as: z.string().openapi({ description: "The entry of the price list", example: "openai/gpt-4o-mini" }),
    factor: z.number().openapi({ description: "What the service tier multiplies the lines by", example: 1 }),
    lines: z.array(
      z.object({
        kind: z.enum(PRICE_KINDS),
        tokens: z.number().int(),
        usd_per_mtok: z.number(),
      }),
    ),
  })
  .openapi("CostBasis");

/** A span with its bodies. `input` and `output` are null when no convention recognises any. */
export const spanSchema = spanRowSchema
  .extend({
    trace_id: z.string(),
    operation: z.string().nullable(),
    cache_write_tokens: tokens,
    price_version: priceVersion,
    client_cost_usd: clientCost,
    cost_basis: costBasisSchema
      .nullable()
      .openapi({ description: "null if there is no cost, or if it is by a price list that is no longer at hand" }),
    service_tier: z.string().nullable().openapi({ description: "As the provider names it; null for the standard one" }),
    prompt_name: z.string().nullable(),
    prompt_version: z.string().nullable(),
    input: z.array(messageSchema).nullable(),
    output: z.array(messageSchema).nullable(),
    attributes: z.record(z.string(), z.unknown()),
    resource: z.record(z.string(), z.unknown()),
    scope: z.object({
      name: z.string(),
      version: z.string(),
      attributes: z.record(z.string(), z.unknown()).optional(),
    }),
    events: z.array(z.object({ name: z.string(), time, attributes: z.record(z.string(), z.unknown()) })),
    links: z.array(
      z.object({
        trace_id: z.string(),
        span_id: z.string(),
        trace_state: z.string().optional(),
        attributes: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .openapi("Span");
export type SpanDetail = z.infer<typeof spanSchema>;

export const llmCallSchema = z
  .object({
    span_id: z.string(),
    parent_span_id: z.string().nullable(),
    name: z.string(),
    operation: z.string().nullable(),
    model: z.string().nullable(),
    provider: z.string().nullable(),
    status: z.enum(["ok", "error"]),
    started_at: time,
    duration_ms: z.number().nullable().openapi({ description: "null if its end is not known" }),
    time_to_first_token_ms: z.number().nullable(),
    input_tokens: tokens,
    cached_input_tokens: tokens,
    cache_write_tokens: tokens,
    output_tokens: tokens,
    reasoning_tokens: tokens,
    cost_usd: cost,
    price_version: priceVersion,
    unpriced: unpriced.nullable().openapi({ description: "Why the cost is not known; null if it is" }),
    client_cost_usd: clientCost,
  })
  .openapi("LlmCall");
export type LlmCall = z.infer<typeof llmCallSchema>;

export const eventSchema = z
  .object({
    seq: z.number().int(),
    id: z.string().optional(),
    type: z.string(),
    time,
    v: z.number().int(),
    data: z.unknown(),
  })
  .openapi("Event");

/** `{data, next_cursor}` around any row. */
export function listOf<T extends z.ZodType>(row: T) {
  return z.object({ data: z.array(row), next_cursor: z.string().nullable() });
}
