import { AppError } from "../errors.ts";

/** The part of the environment that has the databases. DB_1 and on are there only if wrangler.toml names them. */
export type Databases = Pick<Env, "DB">;

/**
 * How long an isolate goes by what it has read of a project's shard. After a move the old shard keeps refusing writes, so
 * that only reads can be behind; and less than a log object keeps what it has confirmed (`trimAfterMs`), so that no reader
 * finds a hole between rows of the old shard and what the object still holds.
 */
const CACHE_MS = 5_000;
/** How long older knowledge will do while the database does not answer. Far less than the old shard keeps its rows. */
const STALE_MS = 300_000;
const CACHE_PROJECTS = 5_000;

const cache = new Map<string, { shard: number; at: number }>();

/** All databases by the number of their shard: DB, DB_1, DB_2 and on. */
export function databases(env: Databases): D1Database[] {
  const all = [env.DB];
  for (;;) {
    const next = (env as unknown as Record<string, D1Database | undefined>)[`DB_${all.length}`];
    if (!next) return all;
    all.push(next);
  }
}

/** The database of a shard. @throws if the configuration has no such shard */
export function databaseOf(env: Databases, shard: number): D1Database {
  const database = databases(env)[shard];
  if (!database) throw new Error(`Shard ${shard} is not bound: wrangler.toml has no database DB_${shard}.`);
  return database;
}

/** Which shard has a project's rows, as of some seconds ago. A project that nobody knows is on the first. */
export async function shardOf(env: Databases, projectId: string): Promise<number> {
  const now = Date.now();
  const hit = cache.get(projectId);
  if (hit && hit.at + CACHE_MS > now) return hit.shard;
  try {
    const shard = await readShard(env, projectId);
    if (shard !== null) rememberShard(projectId, shard, now);
    return shard ?? 0;
  } catch (cause) {
    if (hit && hit.at + STALE_MS > now) return hit.shard;
    throw new AppError("unavailable", "The project's database cannot be found just now. Send the same request again.", {
      retryAfter: 1,
      cause,
    });
  }
}

/** The same, asked of the database; null if there is no such project. */
export async function readShard(env: Databases, projectId: string): Promise<number | null> {
  const row = await env.DB.prepare("SELECT shard FROM projects WHERE id = ?")
    .bind(projectId)
    .first<{ shard: number }>();
  return row?.shard ?? null;
}

/** Keeps what was read of a project's shard. @param at when the reading began, in milliseconds since the epoch */
export function rememberShard(projectId: string, shard: number, at: number): void {
  if (cache.size >= CACHE_PROJECTS) cache.clear();
  cache.set(projectId, { shard, at });
}

/** Makes the next look ask the database. */
export function forgetShard(projectId: string): void {
  cache.delete(projectId);
}
