import { DEFAULT_PROJECT } from "../../src/domain/access/authenticate.ts";
import { storeDeadLetter } from "../../src/domain/dead-letters/store.ts";

/** Keeps bells that failed too often. What they rang for is not lost: the log object's alarm goes on ringing. */
export async function consumeDeadBells(batch: MessageBatch<unknown>, env: Env): Promise<void> {
  for (const message of batch.messages) {
    const body = message.body;
    const named = typeof body === "object" && body !== null && "projectId" in body ? body.projectId : undefined;
    try {
      await storeDeadLetter(env, {
        // A message that names no project is the operator's, whose project is the default one.
        projectId: typeof named === "string" ? named : DEFAULT_PROJECT.id,
        id: message.id,
        queue: "runlight-bells",
        attempts: message.attempts,
        message: body,
      });
      message.ack();
    } catch (error) {
      console.error(JSON.stringify({ at: "dead-letter", id: message.id, error: String(error) }));
      message.retry();
    }
  }
}
