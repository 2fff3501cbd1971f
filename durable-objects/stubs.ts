import { logName, traceLogName } from "../src/events/log-name.ts";
import type { IdempotencyKeys } from "./idempotency/object.ts";
import type { ProjectFeed } from "./project-feed/object.ts";
import type { ProjectJobs } from "./project-jobs/object.ts";
import type { RunLog } from "./run-log/object.ts";
import type { LogAddress } from "./run-log/protocol.ts";

/** The log object of a run. */
export function logAddress(env: Env, projectId: string, runId: string): LogAddress {
  return { projectId, object: logName(projectId, runId, traceLogs(env)) };
}

/** The log objects that a project's traces share. */
export function traceLogAddresses(env: Env, projectId: string): LogAddress[] {
  return Array.from({ length: traceLogs(env) }, (_, n) => ({ projectId, object: traceLogName(projectId, n) }));
}

function traceLogs(env: Env): number {
  return Math.max(1, Number(env.TRACE_LOGS) || 1);
}

export function runLog(env: Env, address: LogAddress): DurableObjectStub<RunLog> {
  return env.RUN_LOG.getByName(address.object) as DurableObjectStub<RunLog>;
}

export function projectFeed(env: Env, projectId: string): DurableObjectStub<ProjectFeed> {
  return env.PROJECT_FEED.getByName(projectId) as DurableObjectStub<ProjectFeed>;
}

export function projectJobs(env: Env, projectId: string): DurableObjectStub<ProjectJobs> {
  return env.PROJECT_JOBS.getByName(projectId) as DurableObjectStub<ProjectJobs>;
}

export function idempotencyKeys(env: Env, projectId: string): DurableObjectStub<IdempotencyKeys> {
  return env.IDEMPOTENCY_KEYS.getByName(projectId) as DurableObjectStub<IdempotencyKeys>;
}
