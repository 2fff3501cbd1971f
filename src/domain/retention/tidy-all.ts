import { projectJobs } from "../../../durable-objects/stubs.ts";

/** Begins to tidy every project of the deployment. One that cannot be reached is tidied tomorrow. */
export async function tidyAll(env: Env): Promise<void> {
  const { results } = await env.DB.prepare("SELECT id FROM projects ORDER BY id").all<{ id: string }>();
  for (const { id } of results) {
    try {
      await projectJobs(env, id).start(id, { job_key: "tidy", kind: "tidy", params: "{}" });
    } catch (error) {
      console.error(JSON.stringify({ at: "retention.tidy", project: id, error: String(error) }));
    }
  }
}
