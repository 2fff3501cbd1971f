import { drizzle } from "drizzle-orm/d1";
import { deadLetterKey } from "../../blobs/keys.ts";
import { dbFor } from "../../db/db.ts";
import { deadLetters } from "../../db/schema/index.ts";

/** Keeps a queue message that failed too often: the message in R2, then the row that lists it. Twice is once. */
export async function storeDeadLetter(
  env: Env,
  letter: { projectId: string; id: string; queue: string; attempts: number; message: unknown },
): Promise<void> {
  const blob = deadLetterKey(letter.projectId, letter.id);
  await env.BUCKET.put(blob, JSON.stringify(letter.message), { httpMetadata: { contentType: "application/json" } });
  await drizzle(dbFor(env, letter.projectId))
    .insert(deadLetters)
    .values({
      project_id: letter.projectId,
      id: letter.id,
      queue: letter.queue,
      blob,
      attempts: letter.attempts,
      received_at: Date.now(),
    })
    .onConflictDoNothing();
}
