import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Scope } from "../../context.ts";

/** Keys of programs. Only the hash is kept: the key itself is shown once, when it is made. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    /** sha256 of the key, hex. Keys are 190 random bits, so a plain hash cannot be searched. */
    hash: text("hash").primaryKey(),
    id: text("id").notNull(),
    project_id: text("project_id").notNull(),
    name: text("name").notNull(),
    scopes: text("scopes", { mode: "json" }).$type<Scope[]>().notNull(),
    created_at: integer("created_at").notNull(),
    revoked_at: integer("revoked_at"),
  },
  // Serves the list of a project's keys.
  (table) => [index("api_keys_by_project").on(table.project_id, table.created_at)],
);
