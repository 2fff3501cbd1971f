import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { RunKind } from "../../events/event.ts";

/**
 * One row a run: what the list shows and filters by. WITHOUT ROWID (written into the migration by hand, drizzle cannot say
 * it), as a rowid table would bill a second row for its primary key.
 * Times are 64-bit nanoseconds; they are read through CAST AS TEXT, because a JavaScript number would round them.
 */
export const runs = sqliteTable(
  "runs",
  {
    project_id: text("project_id").notNull(),
    id: text("id").notNull(),
    kind: text("kind").$type<RunKind>().notNull(),
    name: text("name").notNull(),
    service: text("service"),
    environment: text("environment"),
    /** The application's release. */
    version: text("version"),
    head_rank: text("head_rank"),
    session_id: text("session_id"),
    session_rank: text("session_rank"),
    user_id: text("user_id"),
    user_rank: text("user_rank"),
    input_preview: text("input_preview"),
    input_rank: text("input_rank"),
    output_preview: text("output_preview"),
    output_rank: text("output_rank"),
    parent_run_id: text("parent_run_id"),
    tags: text("tags").notNull(),
    metadata: text("metadata").notNull(),
    metadata_rank: text("metadata_rank"),
    /** 0 running, 1 success, 2 error, 3 cancelled: RunDelta.outcome. */
    outcome: integer("outcome").notNull(),
    started_ns: integer("started_ns").notNull(),
    ended_ns: integer("ended_ns"),
    event_count: integer("event_count").notNull(),
    span_count: integer("span_count").notNull(),
    error_count: integer("error_count").notNull(),
    tool_call_count: integer("tool_call_count").notNull(),
    llm_call_count: integer("llm_call_count").notNull(),
    input_tokens: integer("input_tokens"),
    cached_input_tokens: integer("cached_input_tokens"),
    output_tokens: integer("output_tokens"),
    reasoning_tokens: integer("reasoning_tokens"),
    cost_nano_usd: integer("cost_nano_usd"),
    price_version: text("price_version"),
    models: text("models").notNull(),
    providers: text("providers").notNull(),
    last_seq: integer("last_seq").notNull(),
    /** Milliseconds since the epoch at which the newest projected part reached the log. */
    seen_at: integer("seen_at").notNull(),
    /** The generation of rollups that counts the run: 0 = none yet. */
    rollups: integer("rollups").notNull().default(0),
    /** JSON of what is shown but never searched: RunDetails in src/domain/projection/rows.ts. */
    details: text("details").notNull().default("{}"),
  },
  (table) => {
    // What a list is filtered by and facets count, so that a walk never leaves its index: a million rows in 0.1 s instead of
    // 5. D1 bills a row of an index by number, not by width.
    const carried = [
      table.outcome,
      table.kind,
      table.service,
      table.environment,
      table.user_id,
      table.name,
      table.error_count,
      table.seen_at,
      table.ended_ns,
      table.cost_nano_usd,
      table.input_tokens,
      table.output_tokens,
      table.models,
      table.providers,
      table.tags,
    ] as const;
    return [
      primaryKey({ columns: [table.project_id, table.id] }),
      // Serves GET /api/runs: newest first with a cursor; other filters are tested along the way, in the slots of run_labels
      // and run_peaks.
      index("runs_by_start").on(table.project_id, sql`${table.started_ns} DESC`, sql`${table.id} DESC`, ...carried),
      // Serves GET /api/runs?status= for runs whose end never came, and those among the sorted ones: run_peaks leaves them out.
      index("runs_open")
        .on(table.project_id, sql`${table.started_ns} DESC`, sql`${table.id} DESC`, ...carried)
        .where(sql`outcome = 0`),
      // Serves GET /api/llm-calls?from=: calls after a time are in runs that began at most a day before it, or in one of these.
      index("runs_long")
        .on(table.project_id, sql`${table.started_ns} DESC`, sql`${table.id} DESC`, ...carried)
        .where(sql`outcome > 0 AND ended_ns - started_ns > 86400000000000`),
      // Serves GET /api/runs?parent_run_id=: a run's children. Runs without a parent, which are nearly all, cost no row.
      index("runs_by_parent")
        .on(table.project_id, table.parent_run_id, sql`${table.started_ns} DESC`)
        .where(sql`parent_run_id IS NOT NULL`),
      // Serves GET /api/runs?session_id=: the runs of a session are few among many. Runs without one cost no row.
      index("runs_by_session")
        .on(table.project_id, table.session_id, sql`${table.started_ns} DESC`)
        .where(sql`session_id IS NOT NULL`),
    ];
  },
);
