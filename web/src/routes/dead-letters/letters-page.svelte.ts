import { type LiveState, liveSocket } from "#lib/live-socket.ts";
import { boardApi, boardPaths, type DeadLetter, type FeedMessage, type OpenedLetter } from "../board/board-api.ts";

/** The list of dead letters, and the one that is open. */
export class LettersPage {
  rows = $state.raw<DeadLetter[]>([]);
  loaded = $state(false);
  loading = $state(false);
  error = $state.raw<unknown>(null);
  moreError = $state.raw<unknown>(null);
  more = $state(false);
  live = $state<LiveState>("connecting");
  open = $state.raw<OpenedLetter | null>(null);
  openError = $state.raw<unknown>(null);
  replaying = $state(false);
  replayError = $state.raw<unknown>(null);

  readonly #abort = new AbortController();
  #cursor: string | null = null;
  #wanted: string | null = null;

  async load(): Promise<void> {
    const { signal } = this.#abort;
    this.error = null;
    try {
      const page = await boardApi.letters(null, signal);
      this.rows = page.data;
      this.#continueAt(page.next_cursor);
      this.loaded = true;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    }
  }

  async loadMore(): Promise<void> {
    if (this.loading || this.#cursor === null) return;
    this.loading = true;
    this.moreError = null;
    try {
      const page = await boardApi.letters(this.#cursor, this.#abort.signal);
      const known = new Set(this.rows.map(({ id }) => id));
      this.rows = [...this.rows, ...page.data.filter(({ id }) => !known.has(id))];
      this.#continueAt(page.next_cursor);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.moreError = error;
    } finally {
      this.loading = false;
    }
  }

  /** Opens a letter; null closes. */
  async show(id: string | null): Promise<void> {
    this.#wanted = id;
    this.openError = this.replayError = null;
    if (this.open?.id !== id) this.open = null;
    if (id === null) return;
    try {
      const letter = await boardApi.letter(id, this.#abort.signal);
      if (this.#wanted === id) this.open = letter;
    } catch (error) {
      if (this.#wanted === id && !this.#abort.signal.aborted) this.openError = error;
    }
  }

  async replay(id: string): Promise<void> {
    this.replaying = true;
    this.replayError = null;
    try {
      const letter = await boardApi.replay(id);
      if (this.#wanted === id) this.open = letter;
      this.#take(letter);
    } catch (error) {
      this.replayError = error;
    } finally {
      this.replaying = false;
    }
  }

  watch(): () => void {
    const socket = liveSocket({
      path: () => boardPaths.feed(["DeadLetter"]),
      onState: (state) => {
        this.live = state;
      },
      onMessage: (message) => {
        const { entity, data } = message as FeedMessage;
        if (entity === "DeadLetter") this.#take(data as DeadLetter);
      },
      onReturn: () => this.load(),
    });
    return () => {
      socket.close();
      this.#abort.abort();
    };
  }

  #take(letter: DeadLetter): void {
    const known = this.rows.find(({ id }) => id === letter.id);
    if (known) this.rows = this.rows.map((row) => (row === known ? letter : row));
    else this.rows = [letter, ...this.rows];
  }

  #continueAt(cursor: string | null): void {
    this.#cursor = cursor;
    this.more = cursor !== null;
  }
}
