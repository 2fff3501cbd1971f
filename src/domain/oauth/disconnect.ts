import type { GrantSummary } from "@cloudflare/workers-oauth-provider";
import { and, eq, lte } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type Ctx, requireScope } from "../../context.ts";
import { endedGrants } from "../../db/schema/index.ts";
import { AppError } from "../../errors.ts";
import { endedAmong, forgetGoing } from "./ended.ts";
import { ownerOf } from "./grant.ts";
import { grantsApi, keyOfGrant } from "./grants.ts";
import { GRANT_SECONDS } from "./server.ts";
import { grantKey, oauthEnv } from "./storage.ts";

/** Until then whatever KV has of a grant is gone by itself: its time, and a day for the clocks. */
const NOTED_MS = (GRANT_SECONDS + 86_400) * 1000;

/**
 * Takes back what an app was given: its tokens are refused, and it cannot renew them.
 * @throws AppError `forbidden`, `not_found` for what is no connection of the project or none any more
 */
export async function disconnect(ctx: Ctx, id: string): Promise<void> {
  requireScope(ctx, "admin");
  const owner = ownerOf(ctx.projectId);
  const grant = id.includes(":")
    ? null
    : await oauthEnv(ctx.env).OAUTH_KV.get<GrantSummary>(grantKey(owner, id), { type: "json" });
  if (!grant) throw unknown(id);
  const noted = { id, keyId: keyOfGrant(grant) };
  if ((await endedAmong(ctx.env, ctx.projectId, [noted])).size > 0) throw unknown(id);
  const db = drizzle(ctx.env.DB);
  const now = Date.now();
  const [, ended] = await db.batch([
    db
      .delete(endedGrants)
      .where(and(eq(endedGrants.project_id, ctx.projectId), lte(endedGrants.ended_at, now - NOTED_MS))),
    db
      .insert(endedGrants)
      .values({ project_id: ctx.projectId, grant_id: id, ended_at: now })
      .onConflictDoNothing()
      .returning({ id: endedGrants.grant_id }),
  ]);
  // Two asked at once: the database says who was first.
  if (ended.length === 0) throw unknown(id);
  forgetGoing();
  await grantsApi(ctx.env).revokeGrant(id, owner);
}

function unknown(id: string): AppError {
  return new AppError(
    "not_found",
    `No app is connected to this project as ${id.slice(0, 64)}, or not any more. GET /api/connections lists them.`,
  );
}
