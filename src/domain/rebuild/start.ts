import type { NewJob } from "../../../durable-objects/project-jobs/protocol.ts";
import { projectJobs } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { DEFAULT_PROJECT } from "../access/authenticate.ts";
import { type JobAnswer, jobAnswer } from "../jobs/schema.ts";
import type { RebuildParams } from "./step.ts";

/** How much is rebuilt. */
export type RebuildScope =
  | { scope: "run"; run_id: string }
  | { scope: "project"; recount?: boolean | undefined }
  | { scope: "deployment"; recount?: boolean | undefined };

/** The job that rebuilds one project, or one run of it. */
export function rebuildJob(params: RebuildParams): NewJob {
  const { run_id, recount } = params;
  return {
    job_key: run_id === undefined ? `rebuild${recount ? ":recount" : ""}` : `rebuild:${run_id}`,
    kind: "rebuild",
    params: JSON.stringify(params),
  };
}

/**
 * Begins to make the projections anew from the log: of a run, of the project, or of every project of the deployment.
 * @returns the job; the one that is at it, if the same was asked for before and is not done
 * @throws AppError `forbidden` without the scope admin, and for the deployment with a key of any project but the first
 */
export async function startRebuild(ctx: Ctx, what: RebuildScope): Promise<JobAnswer> {
  requireScope(ctx, "admin");
  return jobAnswer(await projectJobs(ctx.env, ctx.projectId).start(ctx.projectId, jobOf(ctx, what)));
}

function jobOf(ctx: Ctx, what: RebuildScope): NewJob {
  switch (what.scope) {
    case "run":
      return rebuildJob({ run_id: what.run_id });
    case "project":
      return rebuildJob(recountOf(what));
    case "deployment":
      if (ctx.projectId !== DEFAULT_PROJECT.id) {
        throw new AppError(
          "forbidden",
          "The whole deployment is rebuilt by its operator. Use the key that the deployment was set up with.",
        );
      }
      return {
        job_key: "rebuild-deployment",
        kind: "rebuild-deployment",
        params: JSON.stringify(recountOf(what)),
      };
  }
}

function recountOf({ recount }: { recount?: boolean | undefined }): RebuildParams {
  return recount ? { recount } : {};
}
