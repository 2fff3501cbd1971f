import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Scope } from "../../context.ts";

/** One-time links to the dashboard. A link is deleted by the sign-in that uses it. */
export const signInLinks = sqliteTable("sign_in_links", {
  /** sha256 of the token, hex. */
  hash: text("hash").primaryKey(),
  project_id: text("project_id").notNull(),
  scopes: text("scopes", { mode: "json" }).$type<Scope[]>().notNull(),
  expires_at: integer("expires_at").notNull(),
  /** The key that it goes back to: the link ends with it. */
  key_id: text("key_id"),
});

/** Signed-in browsers: what the cookie's token stands for. */
export const signIns = sqliteTable("sign_ins", {
  /** sha256 of the cookie's token, hex. */
  hash: text("hash").primaryKey(),
  id: text("id").notNull(),
  project_id: text("project_id").notNull(),
  scopes: text("scopes", { mode: "json" }).$type<Scope[]>().notNull(),
  created_at: integer("created_at").notNull(),
  expires_at: integer("expires_at").notNull(),
  /** The key that it goes back to: the sign-in ends with it. NULL in those from before this was noted. */
  key_id: text("key_id"),
});
