import { projectJobs } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { AppError } from "../../errors.ts";
import { type JobAnswer, jobAnswer } from "../jobs/schema.ts";
import { lastSeqOf } from "../runs/get.ts";
import { firstSelected, type Selector } from "./selector.ts";

/**
 * Begins to delete runs with all that belongs to them: rows, events, artifacts, what sums and search have of them.
 * @returns the job; the one that is at it, if the same was asked for before and is not done
 * @throws AppError `run_not_found`, or `not_found` if no run is of this session or user
 */
export async function startDeletion(ctx: Ctx, selector: Exclude<Selector, { before: number }>): Promise<JobAnswer> {
  requireScope(ctx, "write");
  const [[field, id] = ["", ""]] = Object.entries(selector);
  if ("run_id" in selector) await lastSeqOf(ctx, selector.run_id);
  else if ((await firstSelected(dbFor(ctx.env, ctx.projectId), ctx.projectId, selector)) === undefined) {
    const what = "session_id" in selector ? "session" : "user";
    throw new AppError("not_found", `No run of this project is of the ${what} ${id.slice(0, 64)}.`);
  }
  const job = await projectJobs(ctx.env, ctx.projectId).start(ctx.projectId, {
    job_key: `delete:${field}:${id}`,
    kind: "delete",
    params: JSON.stringify(selector),
  });
  return jobAnswer(job);
}
