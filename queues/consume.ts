import { consumeBells } from "./handlers/bells.ts";
import { consumeDeadBells } from "./handlers/dead-bells.ts";
import { consumeJobs } from "./handlers/jobs.ts";
import { consumeMonitors } from "./handlers/monitors.ts";

/** The door that the Queue comes in by: which queue goes to which handler. */
export async function consume(batch: MessageBatch<unknown>, env: Env): Promise<void> {
  switch (batch.queue) {
    case "runlight-bells":
      return consumeBells(batch, env);
    case "runlight-bells-dead":
      return consumeDeadBells(batch, env);
    case "runlight-jobs":
      return consumeJobs(batch, env);
    case "runlight-monitors":
      return consumeMonitors(batch, env);
    default:
      console.error(JSON.stringify({ at: "queue", queue: batch.queue, error: "No handler for this queue." }));
      batch.retryAll();
  }
}
