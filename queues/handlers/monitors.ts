import { z } from "zod";
import { judgeRuns } from "../../src/domain/monitors/judge-runs.ts";
import type { MonitorMessage } from "../../src/domain/monitors/message.ts";

const messageSchema = z.object({
  v: z.literal(1),
  projectId: z.string(),
  runs: z.array(z.object({ run: z.string(), calls: z.number() })),
}) satisfies z.ZodType<MonitorMessage>;

/** Seconds until it is tried again. */
const AGAIN_SECONDS = 30;

/** Judges the runs that ended. What fails is tried again, and after its tries forgotten: the runs themselves have lost nothing. */
export async function consumeMonitors(batch: MessageBatch<unknown>, env: Env): Promise<void> {
  for (const message of batch.messages) {
    const parsed = messageSchema.safeParse(message.body);
    if (!parsed.success) {
      console.error(JSON.stringify({ at: "monitors", id: message.id, error: "Not a message of the monitors." }));
      message.ack();
      continue;
    }
    const { projectId, runs } = parsed.data;
    try {
      await judgeRuns(env, projectId, runs);
      message.ack();
    } catch (error) {
      console.error(JSON.stringify({ at: "monitors", project: projectId, error: String(error) }));
      message.retry({ delaySeconds: AGAIN_SECONDS });
    }
  }
}
