import { z } from "zod";
import type { BellMessage } from "../../durable-objects/run-log/protocol.ts";
import { projectLog } from "../../src/domain/projection/project.ts";

const bellSchema = z.object({
  v: z.literal(1),
  projectId: z.string(),
  object: z.string(),
}) satisfies z.ZodType<BellMessage>;

/** Longest wait between two tries, in seconds: D1's overloads pass within a minute. */
const MAX_DELAY = 60;

/** Projects every log object that rang. Objects are independent: one that fails does not hold the others back. */
export async function consumeBells(batch: MessageBatch<unknown>, env: Env): Promise<void> {
  const byObject = new Map<string, { bell: BellMessage; messages: Message<unknown>[] }>();
  for (const message of batch.messages) {
    const parsed = bellSchema.safeParse(message.body);
    if (!parsed.success) {
      // Not a bell: no try will make it one. After its tries it is kept as a dead letter.
      message.retry();
      continue;
    }
    const known = byObject.get(parsed.data.object);
    if (known) known.messages.push(message);
    else byObject.set(parsed.data.object, { bell: parsed.data, messages: [message] });
  }
  for (const { bell, messages } of byObject.values()) {
    try {
      await projectLog(env, bell);
      for (const message of messages) message.ack();
    } catch (error) {
      console.error(JSON.stringify({ at: "project", object: bell.object, error: String(error) }));
      for (const message of messages) message.retry({ delaySeconds: Math.min(2 ** message.attempts, MAX_DELAY) });
    }
  }
}
