import { z } from "@hono/zod-openapi";
import { JOB_STATUSES, type Job } from "../../../durable-objects/project-jobs/protocol.ts";

/** A job, as every door answers it. */
export const jobSchema = z
  .object({
    id: z.string(),
    job_key: z.string().openapi({ description: "Jobs with the same key never run side by side" }),
    kind: z.string(),
    status: z.enum(JOB_STATUSES),
    params: z.unknown(),
    done: z.number().int(),
    total: z.number().int().nullable().openapi({ description: "null while it is not known" }),
    result: z.unknown(),
    error: z.string().nullable().openapi({ description: "Why it failed, or why the last try of a step did" }),
    attempts: z.number().int(),
    created_at: z.string(),
    updated_at: z.string(),
    url: z.string(),
  })
  .openapi("Job");
export type JobAnswer = z.infer<typeof jobSchema>;

/** The job in the API's terms: its inner state stays inside. */
export function jobAnswer({ state: _, created_at, updated_at, ...job }: Job): JobAnswer {
  return {
    ...job,
    params: JSON.parse(job.params),
    result: JSON.parse(job.result),
    created_at: new Date(created_at).toISOString(),
    updated_at: new Date(updated_at).toISOString(),
    url: `/api/jobs/${job.id}`,
  };
}
