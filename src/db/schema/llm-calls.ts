import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

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
    model: text("model"),
    provider: text("provider"),
    status: text("status").$type<"ok" | "error">().notNull(),
    start_ns: integer("start_ns").notNull(),
    end_ns: integer("end_ns").notNull(),
    input_tokens: integer("input_tokens"),
    output_tokens: integer("output_tokens"),
    cost_nano_usd: integer("cost_nano_usd"),
    counted: integer("counted").notNull(),
    /** JSON of what is shown but never searched. One value, because each column costs a JSON extraction a row: the calls
     * are most of what a projection writes, and these columns were a fifth of its time. */
    details: text("details").notNull(),
  },
  (table) => [primaryKey({ columns: [table.project_id, table.run_id, table.span_id] })],
);
