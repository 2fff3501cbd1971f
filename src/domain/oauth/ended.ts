import { and, eq, isNotNull, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { apiKeys, endedGrants } from "../../db/schema/index.ts";
import { CACHE_ENTRIES, CACHE_MS } from "../access/authenticate.ts";

/** A grant, and the key that whoever consented had signed in with, where that was noted. */
export interface GrantOfKey {
  id: string;
  keyId: string | null;
}

/** Grants that go on, and until when that is believed: as long as a key is. */
const going = new Map<string, number>();

/** Whether a grant was taken back, or its key was: it may still be in KV, which forgets with delay. */
export async function isEnded(env: Env, projectId: string, grant: GrantOfKey): Promise<boolean> {
  const now = Date.now();
  const name = `${projectId} ${grant.id}`;
  if ((going.get(name) ?? 0) > now) return false;
  if ((await endedAmong(env, projectId, [grant])).size > 0) return true;
  if (going.size >= CACHE_ENTRIES) going.clear();
  going.set(name, now + CACHE_MS);
  return false;
}

/** Makes an end work at once in this isolate. */
export function forgetGoing(): void {
  going.clear();
}

/** The ids of those grants of a project that were taken back, or whose key was. */
export async function endedAmong(env: Env, projectId: string, grants: readonly GrantOfKey[]): Promise<Set<string>> {
  if (grants.length === 0) return new Set();
  const db = drizzle(env.DB);
  // As JSON: a page of grants has more of them than a statement takes parameters.
  const among = (values: (string | null)[]) => sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`;
  const [ended, revoked] = await db.batch([
    db
      .select({ id: endedGrants.grant_id })
      .from(endedGrants)
      .where(
        and(
          eq(endedGrants.project_id, projectId),
          sql`${endedGrants.grant_id} IN ${among(grants.map(({ id }) => id))}`,
        ),
      ),
    db
      .select({ id: apiKeys.id })
      .from(apiKeys)
      .where(
        and(
          eq(apiKeys.project_id, projectId),
          sql`${apiKeys.id} IN ${among(grants.map(({ keyId }) => keyId))}`,
          isNotNull(apiKeys.revoked_at),
        ),
      ),
  ]);
  const ids = new Set(ended.map(({ id }) => id));
  const keys = new Set(revoked.map(({ id }) => id));
  return new Set(grants.filter(({ id, keyId }) => ids.has(id) || (keyId && keys.has(keyId))).map(({ id }) => id));
}
