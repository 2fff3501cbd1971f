import type { deadLetters } from "../../db/schema/index.ts";
import type { DeadLetter } from "./schema.ts";

export type LetterRow = typeof deadLetters.$inferSelect;

/** The letter as lists and the live board show it. */
export function letterFromRow(row: LetterRow): DeadLetter {
  return {
    id: row.id,
    queue: row.queue,
    attempts: row.attempts,
    received_at: new Date(row.received_at).toISOString(),
    message: row.preview === null ? null : JSON.parse(row.preview),
    replayed_at: row.replayed_at === null ? null : new Date(row.replayed_at).toISOString(),
  };
}
