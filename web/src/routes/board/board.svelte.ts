import { type LiveState, liveSocket } from "#lib/live-socket.ts";
import { boardApi, boardPaths, type Card, type Entity, type FeedMessage, type Stats } from "./board-api.ts";
import { arrive } from "./live-rows.ts";
import { ENTITIES, followed } from "./words.ts";

/** Counts, sums, sessions and calls are read anew after a message, but not more often than this. */
const RENEW_MS = 1500;
/** Rates fall while nothing comes. */
const IDLE_MS = 15_000;

/** The cards of the board: what was loaded, and what comes in live. */
export class Board {
  cards = $state.raw<Card[]>([]);
  stats = $state.raw<Stats | null>(null);
  error = $state.raw<unknown>(null);
  live = $state<LiveState>("connecting");
  /** Rows that came while the page was open. */
  fresh = $state.raw<ReadonlySet<string>>(new Set());

  #abort = new AbortController();
  #renewing: ReturnType<typeof setTimeout> | undefined;
  /** What came while an answer was on its way, which may know nothing of it yet. */
  #meanwhile: FeedMessage[] = [];

  async load(): Promise<void> {
    const { signal } = this.#abort;
    this.error = null;
    this.#meanwhile = [];
    try {
      const [{ data }, stats] = await Promise.all([boardApi.entities(signal), boardApi.stats(signal)]);
      this.cards = this.#meanwhile.reduce(arrive, data);
      this.stats = stats;
    } catch (error) {
      // A board that is on the screen stays there: the live dot says how it is.
      if (!signal.aborted && this.stats === null) this.error = error;
    }
  }

  /** Opens the live connection for the kinds that are shown; returns how to close it. */
  watch(chosen: readonly Entity[]): () => void {
    const entities = followed(chosen.length === 0 ? ENTITIES : chosen);
    const socket = liveSocket({
      path: () => boardPaths.feed(entities),
      onState: (state) => {
        this.live = state;
      },
      onMessage: (message) => this.#take(message as FeedMessage),
      onReturn: () => this.#renewSoon(),
    });
    return () => socket.close();
  }

  /** Reads anew from time to time; returns how to end all of it. */
  start(): () => void {
    this.load();
    const idle = setInterval(() => {
      if (document.visibilityState === "visible") this.#renewSoon();
    }, IDLE_MS);
    return () => {
      clearInterval(idle);
      clearTimeout(this.#renewing);
      this.#abort.abort();
    };
  }

  #take(message: FeedMessage): void {
    this.#meanwhile.push(message);
    this.cards = arrive(this.cards, message);
    const { id } = message.data as { id: string };
    if (!this.fresh.has(id)) this.fresh = new Set([...this.fresh, id].slice(-100));
    this.#renewSoon();
  }

  #renewSoon(): void {
    this.#renewing ??= setTimeout(async () => {
      await this.load();
      this.#renewing = undefined;
    }, RENEW_MS);
  }
}
