import { forgetGoing } from "./ended.ts";
import { ownerOf } from "./grant.ts";
import { grantsApi, keyOfGrant, pageOfGrants } from "./grants.ts";

/** KV is asked for each grant of a page: well within what a request may ask. */
const PAGE = 100;
/** A project with more is swept in part; what is left is refused all the same, and goes by itself. */
const MAX_PAGES = 5;

/**
 * Removes from KV what goes back to a key that was revoked. That it is refused does not hang on this: `isEnded` asks for the key.
 */
export async function sweepGrantsOf(env: Env, projectId: string, keyId: string): Promise<void> {
  forgetGoing();
  const owner = ownerOf(projectId);
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { items, cursor: next } = await pageOfGrants(env, projectId, { limit: PAGE, cursor });
    for (const grant of items) {
      if (keyOfGrant(grant) === keyId) await grantsApi(env).revokeGrant(grant.id, owner);
    }
    if (next === undefined) return;
    cursor = next;
  }
}
