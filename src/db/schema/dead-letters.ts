import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Queue messages that failed too often. The message itself lies in R2. WITHOUT ROWID. */
export const deadLetters = sqliteTable(
  "dead_letters",
  {
    project_id: text("project_id").notNull(),
    /** The queue's message id: a second delivery is the same letter. */
    id: text("id").notNull(),
    queue: text("queue").notNull(),
    /** R2 key of the message. */
    blob: text("blob").notNull(),
    attempts: integer("attempts").notNull(),
    received_at: integer("received_at").notNull(),
    /** The message as JSON, if it is short: a list must not read R2 once a row. NULL = it is only in R2. */
    preview: text("preview"),
    /** When it was put back on its queue. NULL = it was not. */
    replayed_at: integer("replayed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.project_id, table.id] }),
    // Serves GET /api/dead-letters: newest first with a cursor.
    index("dead_letters_by_time").on(table.project_id, sql`${table.received_at} DESC`, sql`${table.id} DESC`),
    // Counts those that wait for somebody; a replayed letter costs no row here.
    index("dead_letters_waiting").on(table.project_id).where(sql`replayed_at IS NULL`),
  ],
);
