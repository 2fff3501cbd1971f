import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** Where the projections of a project stand. No row = as the defaults say. WITHOUT ROWID. */
export const projectState = sqliteTable("project_state", {
  project_id: text("project_id").primaryKey(),
  /**
   * How often rows of runs were written by somebody else than the projection: by new prices, a rebuild, a deletion. A
   * projection that read its runs before such a rewrite must not undo it: it writes only while the count is what it read.
   */
  rewrites: integer("rewrites").notNull().default(0),
  /** The generation of rollups that analytics show, and the newest that is written: another while all is counted anew. */
  rollups_shown: integer("rollups_shown").notNull().default(1),
  rollups_written: integer("rollups_written").notNull().default(1),
  /** The UTC day, in seconds, before which the rollups that are shown are narrowed as well: src/domain/rollups/narrow.ts. */
  narrowed_until: integer("narrowed_until").notNull().default(0),
});
