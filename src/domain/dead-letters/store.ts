import { drizzle } from "drizzle-orm/d1";
import { deadLetterKey } from "../../blobs/keys.ts";
import { dbFor } from "../../db/db.ts";
import { deadLetters } from "../../db/schema/index.ts";
import { letterFromRow } from "./letter-from-row.ts";
import { tellOfLetter } from "./tell.ts";

/** Characters of a message that its row keeps: a bell has about a hundred, and 200 rows must make a small list. */
const PREVIEW_CHARS = 2_000;

/** Keeps a queue message that failed too often: the message in R2, then the row that lists it. Twice is once. */
export async function storeDeadLetter(
  env: Env,
  letter: { projectId: string; id: string; queue: string; attempts: number; message: unknown },
): Promise<void> {
  const blob = deadLetterKey(letter.projectId, letter.id);
  // undefined has no JSON.
  const message = JSON.stringify(letter.message) ?? "null";
  await env.BUCKET.put(blob, message, { httpMetadata: { contentType: "application/json" } });
  const [fresh] = await drizzle(dbFor(env, letter.projectId))
    .insert(deadLetters)
    .values({
      project_id: letter.projectId,
      id: letter.id,
      queue: letter.queue,
      blob,
      attempts: letter.attempts,
      received_at: Date.now(),
      preview: message.length <= PREVIEW_CHARS ? message : null,
    })
    .onConflictDoNothing()
    .returning();
  if (fresh) await tellOfLetter(env, letter.projectId, "insert", letterFromRow(fresh));
}
