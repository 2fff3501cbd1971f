import type { Job, JobStep } from "../../../durable-objects/project-jobs/protocol.ts";
import { projectFeed, projectJobs } from "../../../durable-objects/stubs.ts";
import { deleteStep } from "../deletion/step.ts";
import { exportStep } from "../exports/step.ts";
import { repriceStep } from "../prices/reprice-step.ts";
import { rebuildDeploymentStep } from "../rebuild/deployment-step.ts";
import { rebuildStep } from "../rebuild/step.ts";
import { tidyStep } from "../retention/tidy-step.ts";
import { moveStep } from "../shards/step.ts";
import { jobAnswer } from "./schema.ts";
import type { Step } from "./step.ts";

const STEPS: { [kind: string]: Step } = {
  reprice: repriceStep,
  export: exportStep,
  delete: deleteStep,
  tidy: tidyStep,
  rebuild: rebuildStep,
  "rebuild-deployment": rebuildDeploymentStep,
  "move-project": moveStep,
};

/** Milliseconds after which the rest of a job waits for its next message, so that other jobs have their turn. */
const TURN_MS = 10_000;

/** Does steps of a job until its turn is over, it is done, or one fails. Never throws: failures are the job's. */
export async function workOn(env: Env, projectId: string, jobId: string): Promise<void> {
  const jobs = projectJobs(env, projectId);
  const until = Date.now() + TURN_MS;
  try {
    while (Date.now() < until) {
      const claim = await jobs.claim(jobId);
      if (!claim) return;
      const step = await tryStep(env, projectId, claim.job);
      const job = await jobs.report(jobId, claim.lease, step);
      if (job) await tell(env, projectId, job);
      if ("failed" in step || step.finished || step.wait > 0) return;
    }
  } catch (error) {
    // The object did not answer. Its alarm rings again.
    console.error(JSON.stringify({ at: "jobs.work", job: jobId, error: String(error) }));
  }
}

async function tryStep(env: Env, projectId: string, job: Job): Promise<JobStep | { failed: string }> {
  const step = STEPS[job.kind];
  if (!step) return { failed: `This version knows no jobs of the kind ${job.kind}.` };
  try {
    const { params, state, done, total, created_at } = job;
    const input = { params: JSON.parse(params), state: JSON.parse(state), done, total, created_at };
    const { wait = 0, ...left } = await step(env, projectId, input);
    return {
      state: JSON.stringify(left.state),
      done: left.done,
      total: left.total,
      result: JSON.stringify(left.result ?? null),
      finished: left.result !== undefined,
      wait,
    };
  } catch (error) {
    console.error(JSON.stringify({ at: "jobs.step", job: job.id, kind: job.kind, error: String(error) }));
    return { failed: error instanceof Error ? error.message.slice(0, 500) : String(error).slice(0, 500) };
  }
}

async function tell(env: Env, projectId: string, job: Job): Promise<void> {
  try {
    const timestamp = new Date().toISOString();
    await projectFeed(env, projectId).publish([
      { entity: "Job", event_type: "update", data: jobAnswer(job), timestamp },
    ]);
  } catch (error) {
    console.error(JSON.stringify({ at: "jobs.feed", job: job.id, error: String(error) }));
  }
}
