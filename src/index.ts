import { consume } from "../queues/consume.ts";
import { app } from "./app.ts";

export { IdempotencyKeys } from "../durable-objects/idempotency/object.ts";
export { ProjectFeed } from "../durable-objects/project-feed/object.ts";
export { ProjectJobs } from "../durable-objects/project-jobs/object.ts";
export { RunLog } from "../durable-objects/run-log/object.ts";

export default { fetch: app.fetch, queue: consume } satisfies ExportedHandler<Env>;
