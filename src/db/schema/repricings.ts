import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * How often a project's costs were rewritten by another price list. A projection that loaded its runs before such a
 * rewrite must not write the old costs back: it writes only while the count is what it read. No row = never. WITHOUT ROWID.
 */
export const repricings = sqliteTable("repricings", {
  project_id: text("project_id").primaryKey(),
  count: integer("count").notNull(),
});
