/** What a step is given. */
export interface JobInput {
  params: unknown;
  /** What the step before left; null at the first. */
  state: unknown;
  done: number;
  total: number | null;
  /** Milliseconds since the epoch. */
  created_at: number;
}

/** What a step leaves. */
export interface StepResult {
  state: unknown;
  done: number;
  total: number | null;
  /** What the job came to; its presence says that it is done. */
  result?: unknown;
  /** Milliseconds to wait before the next step. */
  wait?: number;
}

/**
 * One step of a kind of job: small enough to be done in seconds, and harmless when done twice.
 * @throws anything: the step is tried again later
 */
export type Step = (env: Env, projectId: string, job: JobInput) => Promise<StepResult>;
