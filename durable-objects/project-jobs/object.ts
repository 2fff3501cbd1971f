import { DurableObject } from "cloudflare:workers";
import type { Job, JobMessage, JobStep, NewJob } from "./protocol.ts";

/** Milliseconds in which whoever took a job must report, before another may take it. */
const LEASE_MS = 30_000;

/** Milliseconds after which a message that nobody answered is sent again: the local queue forgets when it is killed. */
const RING_AGAIN_MS = 5_000;

/** Tries of one step; then the job has failed. */
const MAX_ATTEMPTS = 8;

/** Kinds that move or delete what the others read: of a project's jobs of these kinds one is at work at a time. */
const ALONE = ["rebuild", "delete", "tidy", "move-project"];

/** Finished jobs that are kept to be looked at. */
const KEPT = 500;

/**
 * The jobs of one project: which there are, how far they have come, and who is at work. The work itself is done by the
 * Queue's consumer, step by step; the alarm rings for steps that nobody reports on, so that no kill can strand a job.
 */
export class ProjectJobs extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS jobs (
         id TEXT PRIMARY KEY, n INTEGER NOT NULL, project_id TEXT NOT NULL, job_key TEXT NOT NULL, kind TEXT NOT NULL,
         status TEXT NOT NULL, params TEXT NOT NULL, state TEXT NOT NULL, done INTEGER NOT NULL, total INTEGER,
         result TEXT NOT NULL, error TEXT, attempts INTEGER NOT NULL, created_at INTEGER NOT NULL,
         updated_at INTEGER NOT NULL, ring_at INTEGER, lease TEXT
       ) WITHOUT ROWID`,
    );
  }

  /** Begins a job; if one with the same key is waiting or at work, that is the one. */
  async start(projectId: string, job: NewJob): Promise<Job> {
    const active = this.#select("job_key = ? AND status IN ('pending', 'running')", job.job_key)[0];
    if (active) return active;
    const now = Date.now();
    const id = `job_${crypto.randomUUID().replaceAll("-", "")}`;
    this.#sql.exec(
      `INSERT INTO jobs (id, n, project_id, job_key, kind, status, params, state, done, total, result, error, attempts,
         created_at, updated_at, ring_at)
       VALUES (?, (SELECT coalesce(max(n), 0) + 1 FROM jobs), ?, ?, ?, 'pending', ?, 'null', 0, NULL, 'null', NULL, 0, ?, ?, ?)`,
      id,
      projectId,
      job.job_key,
      job.kind,
      job.params,
      now,
      now,
      now,
    );
    this.#sql.exec(
      "DELETE FROM jobs WHERE status IN ('success', 'error') AND n <= (SELECT max(n) FROM jobs) - ?",
      KEPT,
    );
    await this.#ring(now);
    return this.#get(id) as Job;
  }

  get(id: string): Job | null {
    return this.#get(id) ?? null;
  }

  /** Newest first. */
  list(limit: number, before: number | null): { jobs: Job[]; next: number | null } {
    const rows = this.#sql
      .exec<JobRow & { n: number }>(
        `SELECT ${COLUMNS}, n FROM jobs WHERE n < ? ORDER BY n DESC LIMIT ?`,
        before ?? Number.MAX_SAFE_INTEGER,
        limit + 1,
      )
      .toArray();
    const page = rows.slice(0, limit);
    return { jobs: page.map(({ n: _, ...job }) => job), next: rows.length > limit ? (page.at(-1)?.n ?? null) : null };
  }

  /** Takes a job to do its next step. null if there is none to do, or somebody is at it. */
  async claim(id: string): Promise<{ job: Job; lease: string } | null> {
    const now = Date.now();
    const lease = crypto.randomUUID();
    const taken = this.#sql.exec(
      `UPDATE jobs SET status = 'running', lease = ?, ring_at = ?, updated_at = ?
       WHERE id = ? AND status IN ('pending', 'running') AND (lease IS NULL OR ring_at <= ?)
         AND NOT (kind IN (SELECT value FROM json_each(?)) AND EXISTS (
           SELECT 1 FROM jobs AS other WHERE other.status = 'running' AND other.id <> jobs.id
             AND other.kind IN (SELECT value FROM json_each(?))))`,
      lease,
      now + LEASE_MS,
      now,
      id,
      now,
      JSON.stringify(ALONE),
      JSON.stringify(ALONE),
    );
    if (taken.rowsWritten === 0) return null;
    await this.#wake();
    return { job: this.#get(id) as Job, lease };
  }

  /** What became of a step. Ignored if the lease has passed to another: that one does the step again. */
  async report(id: string, lease: string, step: JobStep | { failed: string }): Promise<Job | null> {
    const job = this.#get(id);
    const held = this.#sql.exec("SELECT 1 FROM jobs WHERE id = ? AND lease = ?", id, lease).toArray().length > 0;
    if (!job || !held) return null;
    const now = Date.now();
    if ("failed" in step) this.#failed(job, step.failed, now);
    else this.#stepped(id, step, now);
    await this.#ring(now);
    return this.#get(id) as Job;
  }

  #stepped(id: string, step: JobStep, now: number): void {
    this.#sql.exec(
      `UPDATE jobs SET status = ?, state = ?, done = ?, total = ?, result = ?, error = NULL, attempts = 0, updated_at = ?,
         lease = NULL, ring_at = ? WHERE id = ?`,
      step.finished ? "success" : "running",
      step.state,
      step.done,
      step.total,
      step.result,
      now,
      // Who did this step goes on with the next; should it not, the alarm rings.
      step.finished ? null : now + (step.wait || RING_AGAIN_MS),
      id,
    );
  }

  #failed(job: Job, error: string, now: number): void {
    const attempts = job.attempts + 1;
    const over = attempts >= MAX_ATTEMPTS;
    this.#sql.exec(
      "UPDATE jobs SET status = ?, error = ?, attempts = ?, updated_at = ?, lease = NULL, ring_at = ? WHERE id = ?",
      over ? "error" : "running",
      error,
      attempts,
      now,
      over ? null : now + Math.min(2 ** attempts, 60) * 1000,
      job.id,
    );
  }

  override async alarm(): Promise<void> {
    await this.#ring(Date.now());
  }

  /** Sends a message for every step that is due, and sets the alarm for what comes next. */
  async #ring(now: number): Promise<void> {
    const due = this.#sql
      .exec<{ id: string; project_id: string }>("SELECT id, project_id FROM jobs WHERE ring_at <= ?", now)
      .toArray();
    for (const { id, project_id } of due) {
      this.#sql.exec("UPDATE jobs SET ring_at = ?, lease = NULL WHERE id = ?", now + RING_AGAIN_MS, id);
      await this.env.JOBS.send({ v: 1, projectId: project_id, jobId: id } satisfies JobMessage).catch((error) =>
        console.error(JSON.stringify({ at: "jobs.ring", job: id, error: String(error) })),
      );
    }
    await this.#wake();
  }

  async #wake(): Promise<void> {
    const { at } = this.#sql.exec<{ at: number | null }>("SELECT min(ring_at) AS at FROM jobs").one();
    if (at === null) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(at);
  }

  #get(id: string): Job | undefined {
    return this.#select("id = ?", id)[0];
  }

  #select(where: string, ...values: (string | number)[]): Job[] {
    return this.#sql.exec<JobRow>(`SELECT ${COLUMNS} FROM jobs WHERE ${where}`, ...values).toArray();
  }
}

const COLUMNS =
  "id, job_key, kind, status, params, state, done, total, result, error, attempts, created_at, updated_at";

/** The columns of a Job, in the form that SQL's types want. */
type JobRow = { [Column in keyof Job]: Job[Column] };
