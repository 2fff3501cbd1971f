import { api, type RunEvent } from "#lib/api.ts";
import { EventPages, PAGE } from "./event-pages.ts";

/** The pages of a run's log, fetched as they come into view. */
export class Log {
  error = $state.raw<unknown>(null);
  /** The pages are changed in place: this says that they were. */
  version = $state(0);
  readonly last = $derived.by(() => {
    this.version;
    return this.#pages.last;
  });

  readonly #pages = new EventPages();
  readonly #id: string;
  readonly #abort = new AbortController();

  constructor(id: string, last: number) {
    this.#id = id;
    this.#pages.last = last;
  }

  at(seq: number): RunEvent | undefined {
    return this.#pages.get(seq);
  }

  /** Fetches what is missing between two seqs. */
  need(from: number, to: number): void {
    for (const after of this.#pages.missing(from, to)) this.#fetch(after);
  }

  take(events: RunEvent[]): void {
    this.#pages.put(events);
    this.version++;
  }

  retry(): void {
    this.error = null;
    this.version++;
  }

  close(): void {
    this.#abort.abort();
  }

  async #fetch(after: number): Promise<void> {
    try {
      const page = await api.events(this.#id, after, PAGE, this.#abort.signal);
      this.#pages.last = Math.max(this.#pages.last, page.last_seq);
      this.#pages.put(page.data);
      this.#pages.answered(after);
      this.version++;
    } catch (error) {
      this.#pages.answered(after);
      if (!this.#abort.signal.aborted) this.error = error;
    }
  }
}
