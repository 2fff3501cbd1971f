import { and, eq, isNull } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { type Ctx, requireScope } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { deadLetters } from "../../db/schema/index.ts";
import { AppError } from "../../errors.ts";
import { letterFromRow } from "./letter-from-row.ts";
import { loadLetter, opened } from "./load.ts";
import { bellOf } from "./own-bell.ts";
import type { OpenedLetter } from "./schema.ts";
import { tellOfLetter } from "./tell.ts";

/**
 * Puts a dead letter's message back on its queue, once: whoever asks again is answered the same.
 *
 * The mark is set before the message is sent, because of two who ask at once only one may send. Between the two a crash
 * leaves a letter marked and not sent; nothing is lost by it, as the log's alarm rings for rows that wait.
 * @throws AppError `dead_letter_not_found`; `unprocessable` for what is no bell of this project; `unavailable` if the
 * queue did not take it
 */
export async function replayDeadLetter(ctx: Ctx, id: string): Promise<OpenedLetter> {
  requireScope(ctx, "write");
  const { row, message } = await loadLetter(ctx, id);
  if (row.replayed_at !== null) return opened(row, message);
  const verdict = bellOf(row, message);
  if ("refusal" in verdict) throw new AppError("unprocessable", `${verdict.refusal} It stays here to be read.`);

  const db = drizzle(dbFor(ctx.env, ctx.projectId));
  const own = and(eq(deadLetters.project_id, ctx.projectId), eq(deadLetters.id, id));
  const [marked] = await db
    .update(deadLetters)
    .set({ replayed_at: Date.now() })
    .where(and(own, isNull(deadLetters.replayed_at)))
    .returning();
  // Somebody else was quicker.
  if (!marked) return opened((await loadLetter(ctx, id)).row, message);
  try {
    await ctx.env.BELLS.send(verdict.bell);
  } catch (cause) {
    await db.update(deadLetters).set({ replayed_at: null }).where(own);
    throw new AppError("unavailable", "The queue did not take the message. Try again.", { retryAfter: 5, cause });
  }
  await tellOfLetter(ctx.env, ctx.projectId, "update", letterFromRow(marked));
  return opened(marked, message);
}
