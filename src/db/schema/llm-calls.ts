import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { StepKind } from "../../events/span.ts";

/**
 * One narrow row per span that called a model or carries token counts. `counted` = 0 marks a wrapper that repeats the usage
 * of a descendant: it is kept, because a later part can change the verdict, but it is neither listed nor summed.
 * WITHOUT ROWID.
 */
export const llmCalls = sqliteTable(
  "llm_calls",
  {
    project_id: text("project_id").notNull(),
    run_id: text("run_id").notNull(),
    span_id: text("span_id").notNull(),
    parent_span_id: text("parent_span_id"),
    name: text("name").notNull(),
    step: text("step").$type<StepKind>().notNull(),
    operation: text("operation"),
    model: text("model"),
    provider: text("provider"),
    status: text("status").$type<"ok" | "error">().notNull(),
    start_ns: integer("start_ns").notNull(),
    end_ns: integer("end_ns").notNull(),
    time_to_first_token_ms: real("time_to_first_token_ms"),
    input_tokens: integer("input_tokens"),
    cached_input_tokens: integer("cached_input_tokens"),
    cache_write_tokens: integer("cache_write_tokens"),
    output_tokens: integer("output_tokens"),
    reasoning_tokens: integer("reasoning_tokens"),
    cost_nano_usd: integer("cost_nano_usd"),
    price_version: text("price_version"),
    counted: integer("counted").notNull(),
  },
  (table) => [primaryKey({ columns: [table.project_id, table.run_id, table.span_id] })],
);
