import { and, desc, eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type Ctx, requireScope } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { deadLetters } from "../../db/schema/index.ts";
import { cursorOf, parseCursor } from "../runs/cursor.ts";
import { letterFromRow } from "./letter-from-row.ts";
import type { DeadLetter } from "./schema.ts";

/**
 * Queue messages of the project that failed too often, newest first.
 * @throws AppError `invalid_request` for a cursor that is none
 */
export async function listDeadLetters(
  ctx: Ctx,
  page: { limit: number; cursor?: string | undefined },
): Promise<{ data: DeadLetter[]; next_cursor: string | null }> {
  requireScope(ctx, "read");
  const { received_at, id } = deadLetters;
  const after = page.cursor === undefined ? undefined : parseCursor(page.cursor);
  const rows = await drizzle(dbFor(ctx.env, ctx.projectId))
    .select()
    .from(deadLetters)
    .where(
      and(
        eq(deadLetters.project_id, ctx.projectId),
        after && sql`(${received_at}, ${id}) < (${Number(after.started)}, ${after.id})`,
      ),
    )
    .orderBy(desc(received_at), desc(id))
    .limit(page.limit + 1);
  const shown = rows.slice(0, page.limit);
  const last = rows.length > page.limit ? shown.at(-1) : undefined;
  return {
    data: shown.map(letterFromRow),
    next_cursor: last ? cursorOf(String(last.received_at), last.id) : null,
  };
}
