import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * Grants of OAuth that were taken back by their project. KV, which has the grants, forgets with delay and brings back what is
 * renewed meanwhile elsewhere; this does neither. WITHOUT ROWID.
 */
export const endedGrants = sqliteTable(
  "ended_grants",
  {
    project_id: text("project_id").notNull(),
    grant_id: text("grant_id").notNull(),
    ended_at: integer("ended_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.project_id, table.grant_id] })],
);
