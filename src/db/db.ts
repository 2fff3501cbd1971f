/**
 * The database of a project: the one place that chooses it. One binding today; shards by configuration later.
 */
export function dbFor(env: Pick<Env, "DB">, _projectId: string): D1Database {
  return env.DB;
}

/** The same for reads that may be answered by a replica. */
export function readDbFor(env: Pick<Env, "DB">, projectId: string): D1DatabaseSession {
  return dbFor(env, projectId).withSession("first-unconstrained");
}
