import { api, paths, type Run } from "#lib/api.ts";
import { type LiveState, liveSocket } from "#lib/live-socket.ts";
import { append, renew, type SessionList } from "./session-list.ts";

const PAGE = 50;
/** The sums of a session are read anew after a run of it changed, but not more often than this. */
const RENEW_MS = 1500;

/** Which sessions are listed; null = any. */
export interface SessionsWanted {
  userId: string | null;
  kind: string | null;
}

interface FeedMessage {
  entity: string;
  data: Run;
}

/** The list of sessions: what is loaded, and what comes in live. */
export class SessionsPage {
  list = $state.raw<SessionList>({ rows: [], waiting: 0 });
  loaded = $state(false);
  loading = $state(false);
  error = $state.raw<unknown>(null);
  moreError = $state.raw<unknown>(null);
  live = $state<LiveState>("connecting");
  /** Whether older sessions follow. */
  more = $state(false);
  /** Set by the page: whether rows may shift. */
  atTop: () => boolean = () => true;

  #wanted: SessionsWanted = { userId: null, kind: null };
  #cursor: string | null = null;
  #request = new AbortController();
  #renewing: ReturnType<typeof setTimeout> | undefined;

  async load(wanted: SessionsWanted): Promise<void> {
    this.#wanted = wanted;
    this.#request.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    this.loaded = false;
    this.loading = true;
    this.error = this.moreError = null;
    try {
      const page = await api.sessions(this.#query(), signal);
      this.list = { rows: page.data, waiting: 0 };
      this.#continueAt(page.next_cursor);
      this.loaded = true;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  async loadMore(): Promise<void> {
    if (this.loading || this.#cursor === null) return;
    const { signal } = this.#request;
    this.loading = true;
    this.moreError = null;
    try {
      const query = this.#query();
      query.set("cursor", this.#cursor);
      const page = await api.sessions(query, signal);
      this.list = append(this.list, page.data);
      this.#continueAt(page.next_cursor);
    } catch (error) {
      if (!signal.aborted) this.moreError = error;
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  /** Reads the first page anew. @param hold nothing may move; by default as the reader stands */
  async renew(hold = !this.atTop()): Promise<void> {
    if (!this.loaded) return;
    const { signal } = this.#request;
    const page = await api.sessions(this.#query(), signal).catch(() => null);
    if (!page || signal.aborted) return;
    // Where the list goes on has not changed, unless all of it was on the first page.
    if (this.#cursor === null && this.list.rows.length <= PAGE) this.#continueAt(page.next_cursor);
    // A page that is all there is also says which sessions are gone.
    this.list =
      page.next_cursor === null && !hold ? { rows: page.data, waiting: 0 } : renew(this.list, page.data, hold);
  }

  /** Opens the live connection; returns how to close it. */
  watch(): () => void {
    const socket = liveSocket({
      path: () => paths.feed,
      onState: (state) => {
        this.live = state;
      },
      onMessage: (message) => {
        const { entity, data } = message as FeedMessage;
        if (entity === "Run" && data.session_id !== null) this.#renewSoon();
      },
      onReturn: () => this.#renewSoon(),
    });
    return () => {
      socket.close();
      clearTimeout(this.#renewing);
      this.#request.abort();
    };
  }

  #renewSoon(): void {
    this.#renewing ??= setTimeout(() => {
      this.#renewing = undefined;
      this.renew();
    }, RENEW_MS);
  }

  #continueAt(cursor: string | null): void {
    this.#cursor = cursor;
    this.more = cursor !== null;
  }

  #query(): URLSearchParams {
    const query = new URLSearchParams({ limit: String(PAGE) });
    const { userId, kind } = this.#wanted;
    if (userId) query.set("user_id", userId);
    if (kind) query.set("kind", kind);
    return query;
  }
}
