import { z } from "zod";
import type { JobMessage } from "../../durable-objects/project-jobs/protocol.ts";
import { workOn } from "../../src/domain/jobs/work-on.ts";

const messageSchema = z.object({
  v: z.literal(1),
  projectId: z.string(),
  jobId: z.string(),
}) satisfies z.ZodType<JobMessage>;

/** Does the next steps of each job that rang. The job's object knows what failed and rings again: nothing is retried here. */
export async function consumeJobs(batch: MessageBatch<unknown>, env: Env): Promise<void> {
  for (const message of batch.messages) {
    const parsed = messageSchema.safeParse(message.body);
    if (parsed.success) await workOn(env, parsed.data.projectId, parsed.data.jobId);
    else console.error(JSON.stringify({ at: "jobs", id: message.id, error: "Not a job's message." }));
    message.ack();
  }
}
