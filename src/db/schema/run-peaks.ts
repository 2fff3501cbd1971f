import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * How much the runs of a stretch of time cost, took and used, the least and the most, so that a list by one of these, or within
 * bounds, begins where they are. An index of runs by each would be a row a run and value; of this, a slot's first runs write it,
 * and then only one that cost more or less than all before.
 * Only bounds: after a run was deleted or changed they may be too wide, never too narrow. Runs without an end are not in it, as
 * each part of theirs would write it anew. A run's part in it follows from its row alone (src/domain/projection/peaks.ts).
 * Where no run knows a value its least is 2^63 - 1 and its most as far below zero. WITHOUT ROWID.
 */
export const runPeaks = sqliteTable(
  "run_peaks",
  {
    project_id: text("project_id").notNull(),
    /** As in `run_labels`. */
    slot: integer("slot").notNull(),
    /** Nano US dollars. */
    cost_min: integer("cost_min").notNull(),
    cost_max: integer("cost_max").notNull(),
    /** Nanoseconds. */
    duration_min: integer("duration_min").notNull(),
    duration_max: integer("duration_max").notNull(),
    tokens_min: integer("tokens_min").notNull(),
    tokens_max: integer("tokens_max").notNull(),
  },
  (table) => [primaryKey({ columns: [table.project_id, table.slot] })],
);
