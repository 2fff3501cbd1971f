import { and, eq, isNull } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { projectFeed } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { apiKeys, signInLinks, signIns } from "../../db/schema/index.ts";
import { AppError } from "../../errors.ts";
import { sweepGrantsOf } from "../oauth/sweep-grants.ts";
import { forgetKey } from "./authenticate.ts";
import { isEnvironmentKey } from "./secrets.ts";

/**
 * Ends a key of the project, the sign-ins and links that go back to it, and what was let in by these. Keys that were made with it
 * stay. The caller's own key may be the one: this is the last that it does.
 * @throws AppError `forbidden`, `not_found` for what is no key of the project or none any more, `conflict` for the deployment's own
 */
export async function revokeKey(ctx: Ctx, id: string): Promise<void> {
  requireScope(ctx, "admin");
  const db = drizzle(ctx.env.DB);
  const works = and(eq(apiKeys.project_id, ctx.projectId), eq(apiKeys.id, id), isNull(apiKeys.revoked_at));
  const [key] = await db.select({ hash: apiKeys.hash }).from(apiKeys).where(works);
  if (!key) throw unknown(id);
  if (isEnvironmentKey(ctx.env, key.hash)) {
    throw new AppError(
      "conflict",
      "This key is the deployment's RUNLIGHT_API_KEY. Replace it there first (docs/deploy.md); then revoke it here.",
    );
  }
  const [revoked] = await db.batch([
    db.update(apiKeys).set({ revoked_at: Date.now() }).where(works).returning({ id: apiKeys.id }),
    db.delete(signIns).where(and(eq(signIns.project_id, ctx.projectId), eq(signIns.key_id, id))),
    db.delete(signInLinks).where(and(eq(signInLinks.project_id, ctx.projectId), eq(signInLinks.key_id, id))),
  ]);
  // Two asked at once: the database says who was first.
  if (revoked.length === 0) throw unknown(id);
  forgetKey(ctx.projectId, id);
  // Those who watch were let in for as long as they stay; whose key is good comes back by itself.
  ctx.waitUntil(projectFeed(ctx.env, ctx.projectId).sendAway());
  ctx.waitUntil(sweepGrantsOf(ctx.env, ctx.projectId, id));
}

function unknown(id: string): AppError {
  return new AppError(
    "not_found",
    `This project has no key ${id.slice(0, 64)}, or it was revoked before. GET /api/keys lists them.`,
  );
}
