import { and, eq, gt, isNull } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Actor, Scope } from "../../context.ts";
import { SCOPES } from "../../context.ts";
import { apiKeys, projects, signIns } from "../../db/schema/index.ts";
import { rememberShard } from "../../db/shards.ts";
import { keyBehind } from "./key-behind.ts";
import { hashSecret, isEnvironmentKey } from "./secrets.ts";

/** Who a secret stands for. */
export interface Identity {
  projectId: string;
  actor: Actor;
  scopes: ReadonlySet<Scope>;
}

/** The project that exists from the first start on. */
export const DEFAULT_PROJECT = { id: "default", name: "Default project" };

/** How long a look-up is believed: so long may a revoked key still work in a running isolate. */
export const CACHE_MS = 30_000;
export const CACHE_ENTRIES = 5_000;

const cache = new Map<string, { identity: Identity | null; until: number }>();

/** Who holds this API key; null if nobody. */
export function authenticateKey(env: Env, key: string): Promise<Identity | null> {
  return cached(`key:${key}`, () => lookUpKey(env, key));
}

/** Who holds this cookie; null if nobody, or not any more. */
export function authenticateCookie(env: Env, token: string): Promise<Identity | null> {
  return cached(`cookie:${token}`, () => lookUpCookie(env, token));
}

/** Makes a sign-out work at once in this isolate. */
export function forgetCookie(token: string): void {
  cache.delete(`cookie:${token}`);
}

/** Makes the end of a key, and of the sign-ins that go back to it, work at once in this isolate. */
export function forgetKey(projectId: string, keyId: string): void {
  for (const [name, { identity }] of cache) {
    if (identity?.projectId === projectId && keyBehind(identity.actor) === keyId) cache.delete(name);
  }
}

async function cached(name: string, lookUp: () => Promise<Identity | null>): Promise<Identity | null> {
  const now = Date.now();
  const hit = cache.get(name);
  if (hit && hit.until > now) return hit.identity;
  const identity = await lookUp();
  // Unknown secrets are not remembered: guesses would push real ones out, and a key made a moment ago must work.
  if (identity) {
    if (cache.size >= CACHE_ENTRIES) cache.clear();
    cache.set(name, { identity, until: now + CACHE_MS });
  }
  return identity;
}

/** Who holds this API key, asked of the database. The deployment's own key is entered at its first use. */
export async function lookUpKey(env: Env, key: string): Promise<Identity | null> {
  const hash = hashSecret(key);
  const db = drizzle(env.DB);
  const began = Date.now();
  const [found] = await db
    .select({ row: apiKeys, shard: projects.shard })
    .from(apiKeys)
    .leftJoin(projects, eq(projects.id, apiKeys.project_id))
    .where(eq(apiKeys.hash, hash));
  const row = found?.row;
  // A revoked key stays revoked, even where it still is the deployment's.
  if (row?.revoked_at) return null;
  if (row) {
    if (found.shard !== null) rememberShard(row.project_id, found.shard, began);
    return { projectId: row.project_id, actor: { type: "api_key", keyId: row.id }, scopes: new Set(row.scopes) };
  }
  if (isEnvironmentKey(env, hash)) return openDefaultProject(env, hash);
  return null;
}

/** The key of the deployment's configuration, used for the first time: makes the default project and enters the key. */
async function openDefaultProject(env: Env, hash: string): Promise<Identity> {
  const db = drizzle(env.DB);
  const now = Date.now();
  const id = `key_${hash.slice(0, 12)}`;
  await db.batch([
    db
      .insert(projects)
      .values({ ...DEFAULT_PROJECT, created_at: now })
      .onConflictDoNothing(),
    db
      .insert(apiKeys)
      .values({
        hash,
        id,
        project_id: DEFAULT_PROJECT.id,
        name: "RUNLIGHT_API_KEY",
        scopes: [...SCOPES],
        created_at: now,
      })
      .onConflictDoNothing(),
  ]);
  return { projectId: DEFAULT_PROJECT.id, actor: { type: "api_key", keyId: id }, scopes: new Set(SCOPES) };
}

async function lookUpCookie(env: Env, token: string): Promise<Identity | null> {
  const began = Date.now();
  const [found] = await drizzle(env.DB)
    .select({ row: signIns, shard: projects.shard })
    .from(signIns)
    .leftJoin(projects, eq(projects.id, signIns.project_id))
    // The key is asked as well: a sign-in that began while its key was revoked is entered after those that go were deleted.
    .leftJoin(apiKeys, and(eq(apiKeys.project_id, signIns.project_id), eq(apiKeys.id, signIns.key_id)))
    .where(and(eq(signIns.hash, hashSecret(token)), gt(signIns.expires_at, began), isNull(apiKeys.revoked_at)));
  if (!found) return null;
  const { row, shard } = found;
  if (shard !== null) rememberShard(row.project_id, shard, began);
  return {
    projectId: row.project_id,
    actor: { type: "dashboard", signInId: row.id, keyId: row.key_id },
    scopes: new Set(row.scopes),
  };
}
