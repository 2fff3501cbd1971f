import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/**
 * Files that runs made, one row a version of a name. The bytes lie in R2 and are there before the row is. WITHOUT ROWID.
 */
export const artifacts = sqliteTable(
  "artifacts",
  {
    project_id: text("project_id").notNull(),
    /** Follows from project, run, name and bytes, so that the same upload again is the same row. */
    id: text("id").notNull(),
    run_id: text("run_id").notNull(),
    name: text("name").notNull(),
    /** Of the bytes, hex. */
    sha256: text("sha256").notNull(),
    /** Bytes. */
    size: integer("size").notNull(),
    content_type: text("content_type").notNull(),
    entity_type: text("entity_type"),
    /** JSON object of strings. */
    tags: text("tags").notNull(),
    /** R2 key of the bytes. */
    blob: text("blob").notNull(),
    /** Milliseconds since the epoch. */
    created_at: integer("created_at").notNull(),
    /** 1 = the newest version of its name, which lists show; 0 = reachable by its id only. */
    latest: integer("latest").notNull(),
    /** 1 = the run's log has the event, or is to have none: exports. 0 = the next upload of the same bytes writes it. */
    announced: integer("announced").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.project_id, table.id] }),
    // Serves GET /api/runs/:id/artifacts and finds the version that a new one replaces. Unique: of two at once one is newest.
    uniqueIndex("artifacts_by_name").on(table.project_id, table.run_id, table.name).where(sql`latest = 1`),
    // Serves GET /api/artifacts: newest first with a cursor; tags are tested along the way.
    index("artifacts_by_time")
      .on(table.project_id, sql`${table.created_at} DESC`, sql`${table.id} DESC`)
      .where(sql`latest = 1`),
    // Serves GET /api/artifacts?entity_type=: few of a kind among many. Artifacts without one cost no row.
    index("artifacts_by_entity")
      .on(table.project_id, table.entity_type, sql`${table.created_at} DESC`, sql`${table.id} DESC`)
      .where(sql`latest = 1 AND entity_type IS NOT NULL`),
  ],
);
