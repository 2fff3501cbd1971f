import { api, paths, type Run, type Session } from "#lib/api.ts";
import { type LiveState, liveSocket } from "#lib/live-socket.ts";
import { append, arrive, drop, type LiveList } from "../../live-list.ts";

const PAGE = 100;
/** The sums follow the runs, but not more often than this. */
const RENEW_MS = 1500;
/** Arrivals are taken in together. */
const BATCH_MS = 120;

interface FeedMessage {
  entity: string;
  event_type: string;
  data: Run;
}

/** One session with its runs. The API lists runs newest first; the page reads from the oldest on. */
export class SessionView {
  session = $state.raw<Session | null>(null);
  error = $state.raw<unknown>(null);
  /** Newest first. `more`: earlier ones follow. */
  runs = $state.raw<LiveList>({ rows: [], waiting: [], more: false });
  ready = $state(false);
  loading = $state(false);
  earlierError = $state.raw<unknown>(null);
  live = $state<LiveState>("connecting");

  readonly #id: string;
  readonly #abort = new AbortController();
  #cursor: string | null = null;
  #socket: { close: () => void } | null = null;
  #queue: Run[] = [];
  #renewing: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string) {
    this.#id = id;
  }

  async load(): Promise<void> {
    this.error = null;
    const { signal } = this.#abort;
    try {
      const [session, page] = await Promise.all([api.session(this.#id, signal), api.runs(this.#query(), signal)]);
      this.session = session;
      this.#cursor = page.next_cursor;
      this.runs = { rows: page.data, waiting: [], more: page.next_cursor !== null };
      this.ready = true;
    } catch (error) {
      if (!signal.aborted) this.error = error;
      return;
    }
    this.#watch();
  }

  async loadEarlier(): Promise<void> {
    if (this.loading || this.#cursor === null) return;
    this.loading = true;
    this.earlierError = null;
    try {
      const query = this.#query();
      query.set("cursor", this.#cursor);
      const page = await api.runs(query, this.#abort.signal);
      this.#cursor = page.next_cursor;
      this.runs = append(this.runs, page.data, page.next_cursor !== null);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.earlierError = error;
    } finally {
      this.loading = false;
    }
  }

  /** Lives no more by what comes in, while what it shows is being deleted. */
  pause(): void {
    this.#socket?.close();
    this.#socket = null;
    clearTimeout(this.#renewing);
    this.#renewing = undefined;
  }

  resume(): void {
    this.#watch();
  }

  close(): void {
    this.#abort.abort();
    this.#socket?.close();
    clearTimeout(this.#renewing);
  }

  #watch(): void {
    if (this.#abort.signal.aborted || this.#socket) return;
    this.#socket = liveSocket({
      path: () => paths.feed,
      onState: (state) => {
        this.live = state;
      },
      onMessage: (message) => {
        const { entity, event_type, data } = message as FeedMessage;
        if (entity !== "Run") return;
        if (event_type === "delete") return this.#drop(data.id);
        if (data.session_id !== this.#id) return;
        if (this.#queue.push(data) === 1) setTimeout(() => this.#take(this.#queue.splice(0)), BATCH_MS);
      },
      onReturn: async () => {
        const page = await api.runs(this.#query(), this.#abort.signal).catch(() => null);
        if (page) this.#take(page.data);
      },
    });
  }

  #take(runs: Run[]): void {
    this.runs = arrive(this.runs, runs, { fits: () => true, hold: false });
    this.#renewSoon();
  }

  #drop(id: string): void {
    this.#queue = this.#queue.filter((run) => run.id !== id);
    if (!this.runs.rows.some((run) => run.id === id)) return;
    this.runs = drop(this.runs, [id]);
    this.#renewSoon();
  }

  #renewSoon(): void {
    this.#renewing ??= setTimeout(async () => {
      this.#renewing = undefined;
      const session = await api.session(this.#id, this.#abort.signal).catch(() => null);
      if (session) this.session = session;
    }, RENEW_MS);
  }

  #query(): URLSearchParams {
    return new URLSearchParams({ session_id: this.#id, limit: String(PAGE) });
  }
}
