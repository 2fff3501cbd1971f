import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * A project's own prices, one row a version: the newest is in force, the older ones explain what was priced by them.
 * WITHOUT ROWID.
 */
export const priceLists = sqliteTable(
  "price_lists",
  {
    project_id: text("project_id").notNull(),
    version: integer("version").notNull(),
    /** JSON array of CustomPrice (src/domain/prices/custom.ts). */
    prices: text("prices").notNull(),
    created_at: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.project_id, table.version] })],
);
