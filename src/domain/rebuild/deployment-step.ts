import { projectJobs } from "../../../durable-objects/stubs.ts";
import type { JobInput, StepResult } from "../jobs/step.ts";
import { placeProject, shardWithRuns } from "../shards/place.ts";
import { rebuildJob } from "./start.ts";
import type { RebuildParams } from "./step.ts";

/** Milliseconds between two looks at a project's job. */
const LOOK_AGAIN_MS = 1_000;

interface State {
  projects: string[];
  /** The job of the project that is at work. */
  job_id: string | null;
  results: { project: string; result: unknown; error: string | null }[];
}

/** One step of a job of kind `rebuild-deployment`: one project after another, each by a job of its own. */
export async function rebuildDeploymentStep(env: Env, _projectId: string, job: JobInput): Promise<StepResult> {
  const state = (job.state as State | null) ?? { projects: await allProjects(env), job_id: null, results: [] };
  const total = state.projects.length;
  const project = state.projects[state.results.length];
  if (project === undefined) return { state, done: total, total, result: { projects: state.results } };
  const jobs = projectJobs(env, project);
  const done = state.results.length;
  if (state.job_id === null) {
    const { id } = await jobs.start(project, rebuildJob(job.params as RebuildParams));
    return { state: { ...state, job_id: id }, done, total, wait: LOOK_AGAIN_MS };
  }
  const its = await jobs.get(state.job_id);
  if (its?.status === "pending" || its?.status === "running") return { state, done, total, wait: LOOK_AGAIN_MS };
  const result = { project, result: JSON.parse(its?.result ?? "null"), error: its?.error ?? null };
  return { state: { ...state, job_id: null, results: [...state.results, result] }, done: done + 1, total };
}

/** Those that D1 knows, and those that have packs. The latter are entered in D1, which may have lost them. */
async function allProjects(env: Env): Promise<string[]> {
  const found = new Set<string>();
  for (let cursor: string | undefined; ; ) {
    const listed = await env.BUCKET.list({ prefix: "packs/", delimiter: "/", ...(cursor ? { cursor } : {}) });
    for (const prefix of listed.delimitedPrefixes) found.add(prefix.slice("packs/".length, -1));
    if (!listed.truncated) break;
    cursor = listed.cursor;
  }
  const known = new Set(await knownProjects(env));
  for (const id of found) {
    if (known.has(id)) continue;
    await env.DB.prepare(
      "INSERT INTO projects (id, name, created_at, shard) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
      .bind(id, id, Date.now(), (await shardWithRuns(env, id)) ?? (await placeProject(env)))
      .run();
  }
  return knownProjects(env);
}

async function knownProjects(env: Env): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT id FROM projects ORDER BY id").all<{ id: string }>();
  return results.map(({ id }) => id);
}
