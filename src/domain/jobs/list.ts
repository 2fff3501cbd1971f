import { projectJobs } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { type JobAnswer, jobAnswer } from "./schema.ts";

/** The project's jobs, newest first. */
export async function listJobs(
  ctx: Ctx,
  page: { limit: number; cursor?: number | undefined },
): Promise<{ data: JobAnswer[]; next_cursor: string | null }> {
  requireScope(ctx, "read");
  const { jobs, next } = await projectJobs(ctx.env, ctx.projectId).list(page.limit, page.cursor ?? null);
  return { data: jobs.map(jobAnswer), next_cursor: next === null ? null : String(next) };
}
