import { dbFor } from "../../db/db.ts";
import { DELETION_START, type DeletionResult, type DeletionState, deleteSome, resultOf } from "../deletion/step.ts";
import type { JobInput, StepResult } from "../jobs/step.ts";
import { narrowDay } from "../rollups/narrow-day.ts";
import { pruneMinutes } from "../rollups/prune.ts";
import { MINUTES_KEPT_MS } from "../rollups/rollup.ts";
import { readSettings } from "../settings/load.ts";

const DAY_MS = 86_400_000;

export interface TidyResult extends DeletionResult {
  /** What the project's setting says; null: nothing is too old. */
  retention_days: number | null;
  /** RFC 3339: runs that began before it, and were not heard of since, are gone. null: none were looked for. */
  deleted_before: string | null;
  minutes_pruned: number;
}

interface State {
  phase: "days" | "minutes" | "runs";
  deletion: DeletionState;
  minutes_pruned: number;
}

/** One step of a job of kind `tidy`: what is too old goes, in bounded steps. Doing it twice changes nothing more. */
export async function tidyStep(env: Env, projectId: string, job: JobInput): Promise<StepResult> {
  const state = (job.state as State | null) ?? { phase: "days", deletion: DELETION_START, minutes_pruned: 0 };
  // The job's own time, so that all of its steps mean the same runs.
  const now = job.created_at;
  if (state.phase === "days") {
    const more = await narrowDay(dbFor(env, projectId), projectId, now);
    return { state: more ? state : { ...state, phase: "minutes" }, done: 0, total: null };
  }
  if (state.phase === "minutes") {
    const pruned = await pruneMinutes(dbFor(env, projectId), projectId, now - MINUTES_KEPT_MS);
    const next: State = { ...state, minutes_pruned: state.minutes_pruned + pruned };
    return { state: pruned > 0 ? next : { ...next, phase: "runs" }, done: 0, total: null };
  }
  const { retention_days } = await readSettings(env, projectId);
  const { left, over, wait } =
    retention_days === null
      ? { left: state.deletion, over: true, wait: 0 }
      : await deleteSome(env, projectId, { before: now - retention_days * DAY_MS }, state.deletion);
  const { runs } = left;
  if (!over) return { state: { ...state, deletion: left }, done: runs, total: null, wait };
  const result: TidyResult = {
    ...resultOf(left),
    retention_days,
    deleted_before: retention_days === null ? null : new Date(now - retention_days * DAY_MS).toISOString(),
    minutes_pruned: state.minutes_pruned,
  };
  return { state, done: runs, total: runs, result };
}
