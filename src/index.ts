import { consume } from "../queues/consume.ts";
import { app } from "./app.ts";
import { tidyAll } from "./domain/retention/tidy-all.ts";

export { IdempotencyKeys } from "../durable-objects/idempotency/object.ts";
export { ProjectFeed } from "../durable-objects/project-feed/object.ts";
export { ProjectJobs } from "../durable-objects/project-jobs/object.ts";
export { RunLog } from "../durable-objects/run-log/object.ts";

/** The door that the clock comes in by: once a day, see [triggers] in wrangler.toml. */
async function scheduled(_: ScheduledController, env: Env): Promise<void> {
  await tidyAll(env);
}

export default { fetch: app.fetch, queue: consume, scheduled } satisfies ExportedHandler<Env>;
