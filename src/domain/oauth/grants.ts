import { Buffer } from "node:buffer";
import type { GrantSummary, ListResult, OAuthHelpers } from "@cloudflare/workers-oauth-provider";
import { AppError } from "../../errors.ts";
import { type GrantMetadata, ownerOf } from "./grant.ts";
import { authorizationServer } from "./server.ts";
import { oauthEnv } from "./storage.ts";

/** The key that whoever consented had signed in with; null in grants from before it was noted. */
export const keyOfGrant = (grant: GrantSummary): string | null =>
  (grant.metadata as Partial<GrantMetadata> | undefined)?.keyId ?? null;

/** The library's dealings with grants, which belong to a project whatever origin they were made at. */
export function grantsApi(env: Env): OAuthHelpers {
  const server = authorizationServer("http://localhost");
  if (!server) throw new Error("This machine's own origin has always an authorization server.");
  return server.getOAuthApi(oauthEnv(env));
}

/**
 * A page of a project's grants as KV has them, in the order of their ids, which are random.
 * @throws AppError `invalid_request` for a cursor that is none
 */
export async function pageOfGrants(
  env: Env,
  projectId: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<ListResult<GrantSummary>> {
  const after = page.cursor === undefined ? undefined : parseCursor(page.cursor);
  try {
    const { items, cursor } = await grantsApi(env).listUserGrants(ownerOf(projectId), {
      limit: page.limit,
      ...(after === undefined ? {} : { cursor: after }),
    });
    return { items, ...(cursor === undefined ? {} : { cursor: Buffer.from(MARK + cursor).toString("base64url") }) };
  } catch (error) {
    // What KV says of a cursor that it did not give out.
    if (after !== undefined && /\b400\b|cursor/i.test(String(error))) throw badCursor();
    throw error;
  }
}

/** Before KV's own cursor in ours: what lacks it was not given out here. */
const MARK = "kv ";

function parseCursor(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString();
  if (!text.startsWith(MARK)) throw badCursor();
  return text.slice(MARK.length);
}

function badCursor(): AppError {
  return new AppError(
    "invalid_request",
    "The cursor is not one of ours. Take next_cursor from the page before, unchanged.",
  );
}
