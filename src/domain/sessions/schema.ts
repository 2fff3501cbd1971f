import { z } from "@hono/zod-openapi";
import { RUN_KINDS } from "../../events/event.ts";

const tokens = z.number().int().nullable().openapi({ description: "null = no run reported any" });
const cost = z.number().nullable();

/** A session: the runs that carry the same session id, and their sums. */
export const sessionSchema = z
  .object({
    id: z.string(),
    name: z.string().openapi({ description: "Name of the run that ended last" }),
    kinds: z
      .array(z.enum(RUN_KINDS))
      .openapi({ description: "Of its runs; `reasoning`: a tool of /mcp thought in it" }),
    tool: z.string().nullable().openapi({ description: "The reasoning tool that began it; null = it began otherwise" }),
    started_at: z.string().openapi({ format: "date-time", description: "Start of the first run" }),
    ended_at: z.string().nullable().openapi({ format: "date-time", description: "End of the last run so far" }),
    duration_ms: z.number().nullable().openapi({ description: "From the first start to the last end" }),
    run_count: z.number().int(),
    failed_run_count: z.number().int(),
    running_run_count: z.number().int(),
    error_count: z.number().int().openapi({ description: "Failed spans" }),
    llm_call_count: z.number().int(),
    tool_call_count: z.number().int(),
    input_tokens: tokens,
    cached_input_tokens: tokens,
    cache_write_tokens: tokens,
    output_tokens: tokens,
    reasoning_tokens: tokens,
    cost_usd: cost.openapi({ description: "US dollars; null = the cost of some run is not known" }),
    known_cost_usd: cost.openapi({ description: "US dollars of the calls whose cost is known" }),
    unpriced_run_count: z.number().int().openapi({ description: "Runs whose cost is not known" }),
    user_ids: z.array(z.string()),
    services: z.array(z.string()),
    environments: z.array(z.string()),
    models: z.array(z.string()),
    input_preview: z.string().nullable().openapi({ description: "What the first run was asked" }),
    output_preview: z.string().nullable().openapi({ description: "What the run that ended last answered" }),
    url: z.string(),
  })
  .openapi("Session");
export type Session = z.infer<typeof sessionSchema>;
