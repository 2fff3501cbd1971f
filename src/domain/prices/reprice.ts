import { projectJobs } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { compareNano } from "../../events/nano.ts";
import { type JobAnswer, jobAnswer } from "../jobs/schema.ts";
import { nanoOf } from "../runs/time-of.ts";

/**
 * Begins to compute the costs of all calls anew in runs that started in a span of time, by the prices of today.
 * @param window RFC 3339; `from` inclusive, `to` exclusive
 * @returns the job; the one that is at it, if the same was asked for before and is not done
 * @throws AppError `invalid_request` for a time that is none, `unprocessable` if the window ends before it begins
 */
export async function reprice(ctx: Ctx, window: { from: string; to: string }): Promise<JobAnswer> {
  requireScope(ctx, "write");
  const from = nanoOf("from", window.from);
  const to = nanoOf("to", window.to);
  if (compareNano(from, to) >= 0) throw new AppError("unprocessable", '"from" must be before "to".');
  const job = await projectJobs(ctx.env, ctx.projectId).start(ctx.projectId, {
    job_key: `reprice:${from}:${to}`,
    kind: "reprice",
    params: JSON.stringify(window),
  });
  return jobAnswer(job);
}
