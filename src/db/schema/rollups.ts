import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * Sums over calls and runs by time and by what one asks for, so that analytics cost the same however many spans there are.
 * Written as differences, in the transaction that writes the runs: src/domain/rollups/. Times are when a call, or a run,
 * began. What is not known is ''. WITHOUT ROWID.
 */
export const rollups = sqliteTable(
  "rollups",
  {
    project_id: text("project_id").notNull(),
    /** Counting all anew writes another generation beside the one that is shown: src/db/schema/project-state.ts. */
    generation: integer("generation").notNull(),
    /** What is counted, and in what steps of time: Series in src/domain/rollups/rollup.ts. */
    series: text("series").notNull(),
    /** Start of the step, in seconds since the epoch. */
    slot: integer("slot").notNull(),
    /** The user or the tag, in the series that go by one. */
    value: text("value").notNull(),
    service: text("service").notNull(),
    environment: text("environment").notNull(),
    model: text("model").notNull(),
    provider: text("provider").notNull(),
    operation: text("operation").notNull(),
    count: integer("count").notNull(),
    error_count: integer("error_count").notNull(),
    /** Of `count`: those whose cost is not known, though they did cost something. */
    unpriced_count: integer("unpriced_count").notNull(),
    input_tokens: integer("input_tokens").notNull(),
    cached_input_tokens: integer("cached_input_tokens").notNull(),
    cache_write_tokens: integer("cache_write_tokens").notNull(),
    output_tokens: integer("output_tokens").notNull(),
    reasoning_tokens: integer("reasoning_tokens").notNull(),
    cost_nano_usd: integer("cost_nano_usd").notNull(),
    /** Microseconds: the sum over those that `latency` counts. */
    duration_us: integer("duration_us").notNull(),
    /** JSON: how many took how long, by bucket (src/domain/rollups/buckets.ts). What has not ended is in none. */
    latency: text("latency").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [
        table.project_id,
        table.generation,
        table.series,
        table.slot,
        table.value,
        table.service,
        table.environment,
        table.model,
        table.provider,
        table.operation,
      ],
    }),
  ],
);
