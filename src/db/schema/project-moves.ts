import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The moves of projects from and to this database: src/domain/shards/. A row lives as long as its move. WITHOUT ROWID. */
export const projectMoves = sqliteTable(
  "project_moves",
  {
    project_id: text("project_id").notNull(),
    /** Whether this database is left or is moved to. */
    role: text("role").$type<"from" | "to">().notNull(),
    move_id: text("move_id").notNull(),
    /** In the database that is moved to: who may write the project's rows. Each try of a step takes it from the one before. */
    token: text("token"),
    /** In the database that is left: not NULL = nobody may write the project's rows. The try that shut writers out. */
    fence: text("fence"),
    /** In the database that is moved to: 1 = it has everything, and the move may write no more. */
    closed: integer("closed").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.project_id, table.role] })],
);

/** Which rows of a project were changed since its move began, in the database that is left. Written by triggers. */
export const projectChanges = sqliteTable("project_changes", {
  n: integer("n").primaryKey({ autoIncrement: true }),
  project_id: text("project_id").notNull(),
  /** The table of the row. */
  source: text("source").notNull(),
  /** JSON array: the row's key without `project_id`. */
  key: text("key").notNull(),
});
