import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type Ctx, requireScope } from "../../context.ts";
import { apiKeys } from "../../db/schema/index.ts";
import { cursorOf, parseCursor } from "../runs/cursor.ts";
import { keyBehind } from "./key-behind.ts";
import type { ApiKey } from "./schema.ts";
import { isEnvironmentKey } from "./secrets.ts";

/**
 * The project's keys that work, newest first.
 * @throws AppError `forbidden`, `invalid_request` for a cursor that is none
 */
export async function listKeys(
  ctx: Ctx,
  page: { limit: number; cursor?: string | undefined },
): Promise<{ data: ApiKey[]; next_cursor: string | null }> {
  requireScope(ctx, "admin");
  const { created_at, id } = apiKeys;
  const after = page.cursor === undefined ? undefined : parseCursor(page.cursor);
  const rows = await drizzle(ctx.env.DB)
    .select()
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.project_id, ctx.projectId),
        isNull(apiKeys.revoked_at),
        after && sql`(${created_at}, ${id}) < (${Number(after.started)}, ${after.id})`,
      ),
    )
    .orderBy(desc(created_at), desc(id))
    .limit(page.limit + 1);
  const shown = rows.slice(0, page.limit);
  const last = rows.length > page.limit ? shown.at(-1) : undefined;
  const own = keyBehind(ctx.actor);
  return {
    data: shown.map((row) => ({
      id: row.id,
      name: row.name,
      scopes: row.scopes,
      created_at: new Date(row.created_at).toISOString(),
      created_by: row.created_by,
      managed_by: isEnvironmentKey(ctx.env, row.hash) ? "environment" : "api",
      current: row.id === own,
    })),
    next_cursor: last ? cursorOf(String(last.created_at), last.id) : null,
  };
}
