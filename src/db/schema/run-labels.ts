import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * In which stretches of time there is a run with a value, so that a list by a rare value skips all others. A row a value and
 * slot, not a run: a busy project writes few, and one where each run has a slot of its own writes little anyhow.
 * Only a hint: it may name a slot that has no such run, never leave one out. A run's rows follow from its row in
 * `runs` alone (src/domain/projection/labels.ts). WITHOUT ROWID.
 */
export const runLabels = sqliteTable(
  "run_labels",
  {
    project_id: text("project_id").notNull(),
    /** What and value, such as `service:checkout`. */
    label: text("label").notNull(),
    /** The run's start in nanoseconds, shifted right by 38 bits: 275 seconds. */
    slot: integer("slot").notNull(),
  },
  (table) => [primaryKey({ columns: [table.project_id, table.label, table.slot] })],
);
