import { sql } from "drizzle-orm";
import { integer, real, sqliteView, text } from "drizzle-orm/sqlite-core";

/**
 * A row per span that called a model or carries token counts, read out of the parts that hold them (`segments.calls`): rows of
 * their own were two fifths of all that the projection wrote. `counted` = 0 marks a wrapper that repeats the usage of a
 * descendant: it is kept, because a later part can change the verdict, but it is neither listed nor summed.
 *
 * To be asked for by project and run, which is the key of `segments`. What a column is made of is in
 * src/domain/projection/calls.ts.
 */
export const llmCalls = sqliteView("llm_calls", {
  project_id: text("project_id").notNull(),
  run_id: text("run_id").notNull(),
  span_id: text("span_id").notNull(),
  parent_span_id: text("parent_span_id"),
  name: text("name").notNull(),
  step: text("step").notNull(),
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
  unpriced: text("unpriced"),
  client_cost_nano_usd: integer("client_cost_nano_usd"),
  service_tier: text("service_tier"),
  counted: integer("counted").notNull(),
}).as(sql`SELECT s.project_id, s.run_id,
  c.value ->> 0 AS span_id,
  c.value ->> 1 AS parent_span_id,
  k.value ->> '$[0][0]' AS name,
  k.value ->> '$[0][1]' AS step,
  k.value ->> '$[0][2]' AS operation,
  k.value ->> '$[0][3]' AS model,
  k.value ->> '$[0][4]' AS provider,
  CASE WHEN c.value ->> 2 & 2 THEN 'error' ELSE 'ok' END AS status,
  CAST(c.value ->> 3 AS INTEGER) AS start_ns,
  CASE json_type(c.value, '$[4]') WHEN 'text' THEN CAST(c.value ->> 4 AS INTEGER)
    ELSE CAST(c.value ->> 3 AS INTEGER) + (c.value ->> 4) END AS end_ns,
  c.value ->> '$[8].time_to_first_token_ms' AS time_to_first_token_ms,
  c.value ->> 6 AS input_tokens,
  c.value ->> '$[8].cached' AS cached_input_tokens,
  c.value ->> '$[8].cache_write' AS cache_write_tokens,
  c.value ->> 7 AS output_tokens,
  c.value ->> '$[8].reasoning' AS reasoning_tokens,
  c.value ->> 5 AS cost_nano_usd,
  k.value ->> '$[0][5]' AS price_version,
  c.value ->> '$[8].unpriced' AS unpriced,
  c.value ->> '$[8].client_cost_nano_usd' AS client_cost_nano_usd,
  k.value ->> '$[0][6]' AS service_tier,
  c.value ->> 2 & 1 AS counted
FROM segments AS s, json_each(s.calls) AS k, json_each(k.value, '$[1]') AS c`);
