import type { RunKind } from "./event.ts";

const TRACE_ID = /^[0-9a-f]{32}$/;

/** Whether a run id is an OTLP trace id (32 lower-case hex digits). Other runs have ids of other shapes. */
export function isTraceId(runId: string): boolean {
  return TRACE_ID.test(runId);
}

/** What kind of run an id stands for, as long as nothing in its log says otherwise. */
export function kindOfId(runId: string): RunKind {
  return isTraceId(runId) ? "trace" : "agent";
}

/**
 * The name of the log object that holds a run: the one function that decides it.
 * Traces come by the thousand and are mostly finished, so they share `traceLogs` objects; a run that people and agents
 * write to and watch has its own.
 */
export function logName(projectId: string, runId: string, traceLogs: number): string {
  if (!isTraceId(runId)) return `${projectId}/${runId}`;
  // The last digits: some senders put a timestamp into the first ones.
  return traceLogName(projectId, Number.parseInt(runId.slice(-8), 16) % traceLogs);
}

/** The name of a project's n-th object for traces. */
export function traceLogName(projectId: string, n: number): string {
  return `${projectId}/traces/${n}`;
}
