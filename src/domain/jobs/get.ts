import { projectJobs } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { type JobAnswer, jobAnswer } from "./schema.ts";

/** A job of the project. @throws AppError `job_not_found` */
export async function getJob(ctx: Ctx, id: string): Promise<JobAnswer> {
  requireScope(ctx, "read");
  const job = await projectJobs(ctx.env, ctx.projectId).get(id);
  if (!job) {
    throw new AppError(
      "job_not_found",
      `There is no job ${id.slice(0, 64)} in this project. GET /api/jobs lists those that are kept.`,
    );
  }
  return jobAnswer(job);
}
