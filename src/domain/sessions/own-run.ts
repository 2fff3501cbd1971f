import type { Ctx } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { readRun } from "../runs/get.ts";
import type { Run } from "../runs/schema.ts";

/** Ids that a run can have been given. Sessions may be called anything. */
const RUN_ID = /^[\w.:-]{1,128}$/;

/**
 * The run of a reasoning session, which has the session's id, as of the last acknowledged write; null if there is none.
 * Whoever has just begun to think looks for the session before the projections know of it.
 */
export async function ownRun(ctx: Ctx, sessionId: string): Promise<Run | null> {
  if (!RUN_ID.test(sessionId)) return null;
  const run = await readRun(ctx, sessionId).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "run_not_found") return null;
    throw error;
  });
  return run?.kind === "reasoning" && run.session_id === sessionId ? run : null;
}
