import { projectJobs } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { databases, readShard } from "../../db/shards.ts";
import { AppError } from "../../errors.ts";
import { DEFAULT_PROJECT } from "../access/authenticate.ts";
import { type JobAnswer, jobAnswer } from "../jobs/schema.ts";
import type { MoveParams } from "./step.ts";

/**
 * Begins to move a project to another shard. To the one that it is on: clears away what a move left that did not get through.
 * @param to number of the shard: 0 is the database DB, 1 is DB_1 and so on
 * @returns the job, which is the operator's; the one that is at it, if the same was asked for before and is not done
 * @throws AppError `forbidden` with a key of any project but the first; `not_found` for a project that is not there;
 * `unprocessable` for a shard that is not; `conflict` while the project moves elsewhere
 */
export async function startMove(ctx: Ctx, projectId: string, to: number): Promise<JobAnswer> {
  requireScope(ctx, "admin");
  if (ctx.projectId !== DEFAULT_PROJECT.id) {
    throw new AppError(
      "forbidden",
      "Projects are moved by the deployment's operator. Use the key that the deployment was set up with.",
    );
  }
  const { length } = databases(ctx.env);
  if (to >= length) {
    throw new AppError(
      "unprocessable",
      `There is no shard ${to}: this deployment has ${length}, counted from 0. docs/deploy.md says how to add one.`,
    );
  }
  if ((await readShard(ctx.env, projectId)) === null) {
    throw new AppError("not_found", `There is no project ${projectId.slice(0, 64)}.`);
  }
  const params: MoveParams = { project_id: projectId, to };
  const job = await projectJobs(ctx.env, ctx.projectId).start(ctx.projectId, {
    // One a project: two moves of one project would undo each other.
    job_key: `move-project:${projectId}`,
    kind: "move-project",
    params: JSON.stringify(params),
  });
  if (job.params !== JSON.stringify(params)) {
    throw new AppError("conflict", `The project is being moved by ${job.id}. Wait until that job is done.`);
  }
  return jobAnswer(job);
}
