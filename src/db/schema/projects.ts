import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The tenants. */
export const projects = sqliteTable("projects", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  /** Milliseconds since the epoch. */
  created_at: integer("created_at").notNull(),
  /** JSON of what the project's owner chose: src/domain/settings/schema.ts. What is not in it has its default. */
  settings: text("settings").notNull().default("{}"),
  /** The database that has the project's rows: 0 is DB, 1 is DB_1 and so on. Only a move changes it: src/domain/shards/. */
  shard: integer("shard").notNull().default(0),
  /** The move that is at work, which alone may change `shard`. */
  moving: text("moving"),
});
