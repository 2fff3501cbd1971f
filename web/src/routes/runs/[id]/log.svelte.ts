import { api, type RunEvent } from "#lib/api.ts";

const PAGE = 200;

/** A run's log as far as it was read: from the first event on, without a hole. */
export class Log {
  events = $state.raw<RunEvent[]>([]);
  error = $state.raw<unknown>(null);
  loading = $state(false);
  /** The newest seq that is known to exist. */
  last = $state(0);

  readonly #id: string;
  readonly #abort = new AbortController();

  constructor(id: string) {
    this.#id = id;
  }

  get complete(): boolean {
    return this.#read >= this.last && !this.loading;
  }

  get #read(): number {
    return this.events.at(-1)?.seq ?? 0;
  }

  async more(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    this.error = null;
    try {
      const page = await api.events(this.#id, this.#read, PAGE, this.#abort.signal);
      this.last = Math.max(this.last, page.last_seq);
      this.#append(page.data);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.error = error;
    } finally {
      this.loading = false;
    }
  }

  /** Live events continue the log if it was read to its end; if not, they come when it is. */
  take(events: RunEvent[]): void {
    this.last = Math.max(this.last, events.at(-1)?.seq ?? 0);
    if (!this.loading) this.#append(events);
  }

  close(): void {
    this.#abort.abort();
  }

  #append(events: RunEvent[]): void {
    const next = events.filter((event) => event.seq > this.#read);
    if (next[0]?.seq === this.#read + 1) this.events = [...this.events, ...next];
  }
}
