import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

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
  },
  (table) => [primaryKey({ columns: [table.project_id, table.id] })],
);
