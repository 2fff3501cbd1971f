import { api, type RunEvent } from "#lib/api.ts";
import { type Turn, turnsOf } from "./conversation.ts";
import { Spoken } from "./spoken.ts";

const PAGE = 1000;
/** A conversation is read from the beginning of the log; of an endless one the log itself shows the rest. */
const MOST_EVENTS = 20_000;

/** The conversation of a run that has no spans, as its events tell it. */
export class SpokenLog {
  turns = $state.raw<Turn[]>([]);
  /** Whether the log goes on beyond what was read. */
  cut = $state(false);

  readonly #runId: string;
  readonly #signal: AbortSignal;
  readonly #spoken = new Spoken();
  #after = 0;
  #wanted = false;
  #reading = false;
  /** Whether events came in while earlier ones were read. */
  #missed = false;

  constructor(runId: string, signal: AbortSignal) {
    this.#runId = runId;
    this.#signal = signal;
  }

  /** Reads what there is; from then on it follows the run. */
  load(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#read();
  }

  /** Events that came in live. */
  take(events: RunEvent[]): void {
    if (!this.#wanted) return;
    if (this.#reading) this.#missed = true;
    else if ((events[0]?.seq ?? 0) > this.#after + 1) this.#read();
    else this.#add(events);
  }

  async #read(): Promise<void> {
    this.#reading = true;
    let last = Number.POSITIVE_INFINITY;
    while (this.#after < last && !this.cut) {
      const page = await api.events(this.#runId, this.#after, PAGE, this.#signal).catch(() => null);
      // The log's own view says why it cannot be read.
      if (!page || page.data.length === 0) break;
      last = page.last_seq;
      this.#add(page.data);
    }
    this.#reading = false;
    if (!this.#missed || this.#signal.aborted) return;
    this.#missed = false;
    this.#read();
  }

  #add(events: RunEvent[]): void {
    let news = false;
    for (const event of events) {
      if (event.seq <= this.#after) continue;
      if (event.seq > MOST_EVENTS) {
        this.cut = true;
        break;
      }
      this.#after = event.seq;
      if (this.#spoken.take(event)) news = true;
    }
    if (news) this.turns = turnsOf(this.#spoken.messages);
  }
}
