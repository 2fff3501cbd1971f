import { desc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type Ctx, requireScope } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { deadLetters } from "../../db/schema/index.ts";

export interface DeadLetter {
  id: string;
  queue: string;
  attempts: number;
  received_at: string;
  message: unknown;
}

/** Queue messages of the project that failed too often, newest first. */
export async function listDeadLetters(ctx: Ctx, limit: number): Promise<{ data: DeadLetter[]; next_cursor: null }> {
  requireScope(ctx, "admin");
  const rows = await drizzle(dbFor(ctx.env, ctx.projectId))
    .select()
    .from(deadLetters)
    .where(eq(deadLetters.project_id, ctx.projectId))
    .orderBy(desc(deadLetters.received_at))
    .limit(limit);
  const data = await Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      queue: row.queue,
      attempts: row.attempts,
      received_at: new Date(row.received_at).toISOString(),
      message: (await (await ctx.env.BUCKET.get(row.blob))?.json()) ?? null,
    })),
  );
  return { data, next_cursor: null };
}
