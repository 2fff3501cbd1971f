import type { HeldFacts } from "../../../durable-objects/run-log/protocol.ts";
import { logAddress, runLog } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { AppError } from "../../errors.ts";
import { mergePart, type RunState, startState } from "../projection/merge.ts";
import { factsOf } from "../projection/parts.ts";
import { type RunRow, rowOf } from "../projection/rows.ts";
import { loadKnown, loadRunRow } from "../projection/store.ts";
import { loadSettings } from "../settings/load.ts";
import { DEFAULT_SETTINGS } from "../settings/schema.ts";
import { runFromRow } from "./run-from-row.ts";
import type { Run } from "./schema.ts";

/**
 * A run by id, as of the last acknowledged write: its row in D1 and what only the log has, merged as the projection will.
 * @throws AppError `run_not_found`
 */
export async function getRun(ctx: Ctx, runId: string): Promise<Run> {
  requireScope(ctx, "read");
  const [row, settings] = await Promise.all([currentRow(ctx, runId), loadSettings(ctx.env, ctx.projectId)]);
  return runFromRow(row, Date.now(), settings);
}

/**
 * The same for whoever just wrote it, and may see what became of it without the scope to read. What was heard of a moment
 * ago is not silent by any setting, so that writing asks for none.
 */
export async function readRun(ctx: Ctx, runId: string): Promise<Run> {
  return runFromRow(await currentRow(ctx, runId), Date.now(), DEFAULT_SETTINGS);
}

/** A run's row, as of the last acknowledged write. @throws AppError `run_not_found` */
export async function currentRow(ctx: Ctx, runId: string): Promise<RunRow> {
  const db = dbFor(ctx.env, ctx.projectId);
  const log = runLog(ctx.env, logAddress(ctx.env, ctx.projectId, runId));
  const [row, tail] = await Promise.all([loadRunRow(db, ctx.projectId, runId), log.heldFacts(runId)]);
  const projected = Number(row?.last_seq ?? 0);
  if (row && !tail.parts.some((part) => part.firstSeq > projected)) return row;
  // The row was read beside the tail; a projection in between only means that the row has more by now.
  const known = row ? (await loadKnown(db, ctx.projectId, [runId])).runs.get(runId) : undefined;
  const state = mergeTail(known?.state, tail.parts);
  if (!state) throw runNotFound(runId);
  return rowOf(runId, state).run;
}

/**
 * All that is known of a run, calls included, as of the last acknowledged write.
 * @throws AppError `run_not_found`
 */
export async function currentState(ctx: Ctx, runId: string): Promise<RunState> {
  const log = runLog(ctx.env, logAddress(ctx.env, ctx.projectId, runId));
  // The object holds what it confirmed for a while: what is projected in between is in both, and is counted once.
  const [tail, known] = await Promise.all([
    log.heldFacts(runId),
    loadKnown(dbFor(ctx.env, ctx.projectId), ctx.projectId, [runId]),
  ]);
  const state = mergeTail(known.runs.get(runId)?.state, tail.parts);
  if (!state) throw runNotFound(runId);
  return state;
}

function mergeTail(state: RunState | undefined, parts: HeldFacts[]): RunState | undefined {
  const projected = state?.last_seq ?? 0;
  let merged = state;
  for (const part of parts) {
    if (part.firstSeq <= projected) continue;
    const facts = factsOf(part, () => part.member as Uint8Array, part.at);
    merged = merged ? mergePart(merged, facts) : startState(facts);
  }
  return merged;
}

/** The newest seq of a run. @throws AppError `run_not_found` */
export async function lastSeqOf(ctx: Ctx, runId: string): Promise<number> {
  const last = await lastSeqOrZero(ctx, runId);
  if (last === 0) throw runNotFound(runId);
  return last;
}

/** The newest seq of a run; 0 if there is no such run. */
export async function lastSeqOrZero(ctx: Ctx, runId: string): Promise<number> {
  const [row, tail] = await Promise.all([
    loadRunRow(dbFor(ctx.env, ctx.projectId), ctx.projectId, runId),
    runLog(ctx.env, logAddress(ctx.env, ctx.projectId, runId)).lastSeq(runId),
  ]);
  return Math.max(Number(row?.last_seq ?? 0), tail);
}

export function runNotFound(runId: string): AppError {
  return new AppError(
    "run_not_found",
    `There is no run ${runId.slice(0, 64)} in this project. Its id may be mistyped, or it was deleted.`,
  );
}
