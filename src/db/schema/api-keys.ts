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
    /** The key that whoever made it held, or had signed in with; NULL for those that nobody made, or before this was noted. */
    created_by: text("created_by"),
    revoked_at: integer("revoked_at"),
  },
  (table) => [
    // Serves the list of a project's keys.
    index("api_keys_by_project").on(table.project_id, table.created_at),
    // Finds the key that a sign-in or a connected app goes back to.
    index("api_keys_by_id").on(table.project_id, table.id),
  ],
);
