import { type LiveState, liveSocket } from "#lib/live-socket.ts";
import { boardApi, boardPaths, type FeedMessage, type JobAnswer } from "../board/board-api.ts";
import { olderJob } from "../board/live-rows.ts";

/** The list of background jobs: what is loaded, and what comes in live. */
export class JobsPage {
  rows = $state.raw<JobAnswer[]>([]);
  loaded = $state(false);
  loading = $state(false);
  error = $state.raw<unknown>(null);
  /** Why the job that the address names is not shown. */
  wantedError = $state.raw<unknown>(null);
  moreError = $state.raw<unknown>(null);
  more = $state(false);
  live = $state<LiveState>("connecting");

  readonly #abort = new AbortController();
  #cursor: string | null = null;

  /** @param wanted a job that the address names: it is shown whatever page it is on */
  async load(wanted: string | null): Promise<void> {
    const { signal } = this.#abort;
    this.error = this.wantedError = null;
    try {
      const page = await boardApi.jobs(null, signal);
      this.#continueAt(page.next_cursor);
      this.rows = [];
      for (const job of page.data.toReversed()) this.#take(job);
      if (wanted !== null && !this.rows.some(({ id }) => id === wanted)) {
        await this.#loadOne(wanted);
      }
      this.loaded = true;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    }
  }

  async #loadOne(id: string): Promise<void> {
    try {
      const job = await boardApi.job(id, this.#abort.signal);
      this.rows = [...this.rows, job];
    } catch (error) {
      if (!this.#abort.signal.aborted) this.wantedError = error;
    }
  }

  async loadMore(): Promise<void> {
    if (this.loading || this.#cursor === null) return;
    this.loading = true;
    this.moreError = null;
    try {
      const page = await boardApi.jobs(this.#cursor, this.#abort.signal);
      const known = new Set(this.rows.map(({ id }) => id));
      this.rows = [...this.rows, ...page.data.filter(({ id }) => !known.has(id))];
      this.#continueAt(page.next_cursor);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.moreError = error;
    } finally {
      this.loading = false;
    }
  }

  watch(): () => void {
    const socket = liveSocket({
      path: () => boardPaths.feed(["Job"]),
      onState: (state) => {
        this.live = state;
      },
      onMessage: (message) => {
        const { entity, data } = message as FeedMessage;
        if (entity === "Job") this.#take(data as JobAnswer);
      },
      onReturn: async () => {
        const page = await boardApi.jobs(null, this.#abort.signal).catch(() => null);
        for (const job of page?.data.toReversed() ?? []) this.#take(job);
      },
    });
    return () => {
      socket.close();
      this.#abort.abort();
    };
  }

  /** A known job changes in place and never goes back; a new one is on top, as jobs are numbered in order. */
  #take(job: JobAnswer): void {
    const known = this.rows.find(({ id }) => id === job.id);
    if (!known) this.rows = [job, ...this.rows];
    else if (!olderJob(job, known)) this.rows = this.rows.map((row) => (row === known ? job : row));
  }

  #continueAt(cursor: string | null): void {
    this.#cursor = cursor;
    this.more = cursor !== null;
  }
}
