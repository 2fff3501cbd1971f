import type { RunEvent } from "#lib/api.ts";

export const PAGE = 200;

/**
 * A run's log, read where the reader looks. Seqs have no gap, so an event's place is known before it is here: event n is
 * row n, and any page can be fetched by itself.
 */
export class EventPages {
  /** The newest seq that is known to exist. */
  last = 0;
  readonly #pages = new Map<number, Map<number, RunEvent>>();
  readonly #asked = new Set<number>();

  get(seq: number): RunEvent | undefined {
    return this.#pages.get(pageOf(seq))?.get(seq);
  }

  put(events: RunEvent[]): void {
    for (const event of events) {
      if (event.seq > this.last) this.last = event.seq;
      const page = pageOf(event.seq);
      const held = this.#pages.get(page) ?? new Map<number, RunEvent>();
      this.#pages.set(page, held.set(event.seq, event));
    }
  }

  /**
   * The pages that must be fetched to show these events. Each is named once, until it is given back with `failed`.
   * @returns the `after` of each request
   */
  missing(from: number, to: number): number[] {
    const after: number[] = [];
    for (let page = pageOf(Math.max(1, from)); page <= pageOf(Math.min(to, this.last)); page++) {
      if (this.#asked.has(page) || this.#complete(page)) continue;
      this.#asked.add(page);
      after.push(page * PAGE);
    }
    return after;
  }

  /** A request has ended, well or not: what it did not bring may be asked for again. */
  answered(after: number): void {
    this.#asked.delete(after / PAGE);
  }

  #complete(page: number): boolean {
    const length = Math.min(PAGE, this.last - page * PAGE);
    return (this.#pages.get(page)?.size ?? 0) >= length;
  }
}

function pageOf(seq: number): number {
  return Math.floor((seq - 1) / PAGE);
}
