export const JOB_STATUSES = ["pending", "running", "success", "error"] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** A piece of background work. Times are milliseconds since the epoch. */
export interface Job {
  id: string;
  /** Two jobs with the same key are never at work at the same time: who asks a second time is given the first. */
  job_key: string;
  kind: string;
  status: JobStatus;
  /** JSON. */
  params: string;
  /** JSON: where the work stands, in the terms of its kind; handed to the next step. */
  state: string;
  /** Things done, and of how many; null while that is not known. */
  done: number;
  total: number | null;
  /** JSON. */
  result: string;
  /** Why it failed, or why the last try of a step did. */
  error: string | null;
  /** Tries of the current step that failed. */
  attempts: number;
  created_at: number;
  updated_at: number;
}

export interface NewJob {
  job_key: string;
  kind: string;
  /** JSON. */
  params: string;
}

/** What a step of a job came to. */
export interface JobStep {
  /** JSON. */
  state: string;
  done: number;
  total: number | null;
  /** JSON. */
  result: string;
  /** There is nothing left to do. */
  finished: boolean;
  /** Milliseconds to wait before the next step. */
  wait: number;
}

/** The message that says: this job has a step to do. */
export interface JobMessage {
  v: 1;
  projectId: string;
  jobId: string;
}
