import { projectJobs } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { type JobAnswer, jobAnswer } from "../jobs/schema.ts";
import { lastSeqOf } from "../runs/get.ts";
import type { ExportFormat } from "./schema.ts";

/**
 * Begins to write a run's log, as long as it is now, into a file. Asks for `write`, as a job and a file come of it; to
 * download the file takes `read`, as reading the log does.
 * @returns the job; the one that is at it, if the same was asked for before and is not done
 * @throws AppError `run_not_found`
 */
export async function startExport(ctx: Ctx, runId: string, format: ExportFormat): Promise<JobAnswer> {
  requireScope(ctx, "write");
  const lastSeq = await lastSeqOf(ctx, runId);
  const job = await projectJobs(ctx.env, ctx.projectId).start(ctx.projectId, {
    job_key: `export:${format}:${lastSeq}:${runId}`,
    kind: "export",
    params: JSON.stringify({ run_id: runId, format, last_seq: lastSeq }),
  });
  return jobAnswer(job);
}
