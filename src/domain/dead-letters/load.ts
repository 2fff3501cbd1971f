import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Ctx } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { deadLetters } from "../../db/schema/index.ts";
import { AppError } from "../../errors.ts";
import { type LetterRow, letterFromRow } from "./letter-from-row.ts";
import { bellOf } from "./own-bell.ts";
import type { OpenedLetter } from "./schema.ts";

/** A letter of the project with its whole message. @throws AppError `dead_letter_not_found` */
export async function loadLetter(ctx: Ctx, id: string): Promise<{ row: LetterRow; message: unknown }> {
  const [row] = await drizzle(dbFor(ctx.env, ctx.projectId))
    .select()
    .from(deadLetters)
    .where(and(eq(deadLetters.project_id, ctx.projectId), eq(deadLetters.id, id)));
  if (!row) {
    throw new AppError(
      "dead_letter_not_found",
      `There is no dead letter ${id.slice(0, 64)} in this project. GET /api/dead-letters lists them.`,
    );
  }
  // A preview is all of a short message.
  if (row.preview !== null) return { row, message: JSON.parse(row.preview) };
  return { row, message: (await (await ctx.env.BUCKET.get(row.blob))?.json()) ?? null };
}

/** The opened letter in the API's terms. */
export function opened(row: LetterRow, message: unknown): OpenedLetter {
  const verdict = bellOf(row, message);
  const unreplayable = row.replayed_at === null && "refusal" in verdict ? verdict.refusal : null;
  return { ...letterFromRow(row), message, unreplayable };
}
