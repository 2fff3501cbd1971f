import { shardedDb } from "./sharded.ts";
import { type Databases, databases } from "./shards.ts";

/**
 * The database of a project: the one place that chooses it. The global tables are always in `env.DB`
 * (src/db/project-tables.ts). It may be kept for as long as one likes: it finds the project again after a move.
 */
export function dbFor(env: Databases, projectId: string): D1Database {
  return databases(env).length === 1 ? env.DB : shardedDb(env, projectId);
}

/** The same for reads that may be answered by a replica. */
export function readDbFor(env: Databases, projectId: string): D1DatabaseSession {
  return dbFor(env, projectId).withSession("first-unconstrained");
}
