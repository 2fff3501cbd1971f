import { boardApi, type JobAnswer } from "../board/board-api.ts";

/** How long to wait before the job is asked again. */
const ASK_MS = 400;

/** A job that a page began: how far it is, and what came of it. */
export class FollowedJob {
  /** null until the job has begun. */
  job = $state.raw<JobAnswer | null>(null);
  /** Why it did not begin, or failed. */
  error = $state.raw<unknown>(null);
  begun = $state(false);

  readonly running = $derived(this.begun && this.error === null && this.job?.status !== "success");
  #abort = new AbortController();

  /**
   * Begins a job and follows it to its end; one that was begun before is followed no more.
   * @returns whether it came to a good end. false too if it is followed no more
   */
  async start(method: "POST" | "DELETE", path: string, body?: object): Promise<boolean> {
    this.close();
    const { signal } = this.#abort;
    this.begun = true;
    try {
      let job = await boardApi.begin(method, path, body, signal);
      this.job = job;
      while (job.status === "pending" || job.status === "running") {
        await new Promise((resolve) => setTimeout(resolve, ASK_MS));
        if (signal.aborted) return false;
        job = await boardApi.job(job.id, signal);
        this.job = job;
      }
      if (job.status === "error") throw new Error(job.error ?? "The job failed without saying why.");
      return true;
    } catch (error) {
      if (!signal.aborted) this.error = error;
      return false;
    }
  }

  /** Stops following. The job itself goes on. */
  close(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.begun = false;
    this.job = this.error = null;
  }
}
