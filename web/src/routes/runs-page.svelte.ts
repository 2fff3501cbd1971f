import { api, paths, type Run } from "#lib/api.ts";
import { type LiveState, liveSocket } from "#lib/live-socket.ts";
import { type Filters, matches, toApiQuery } from "./filters.ts";
import { append, arrive, compareBy, drop, type LiveList, release } from "./live-list.ts";

const PAGE = 50;
/** Arrivals are taken in together: a burst of a thousand costs one drawing of the list. */
const BATCH_MS = 120;
/** How long a new row stays marked. */
const FRESH_MS = 2500;
/** The first trace is also looked for without the live connection, which a proxy may not let through. */
const POLL_MS = 4000;

interface FeedMessage {
  entity: string;
  event_type: string;
  data: Run;
}

/** The list of runs: what is loaded, what comes in live, and what waits until the reader asks. */
export class RunsPage {
  list = $state.raw<LiveList>({ rows: [], waiting: [], more: false });
  /** Whether the first page of the current filter is here. */
  loaded = $state(false);
  loading = $state(false);
  error = $state.raw<unknown>(null);
  moreError = $state.raw<unknown>(null);
  live = $state<LiveState>("connecting");
  fresh = $state.raw<ReadonlySet<string>>(new Set());

  #filters: Filters = {};
  #cursor: string | null = null;
  #request = new AbortController();
  #queue: Run[] = [];
  #gone: string[] = [];
  #flushing = false;
  /** Set by the page: whether rows may shift. */
  atTop: () => boolean = () => true;

  /** Loads the first page of a filter. `keep` leaves the old rows until the new ones are here. */
  async load(filters: Filters, keep = false): Promise<void> {
    this.#filters = filters;
    this.#request.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    if (!keep) this.loaded = false;
    this.loading = true;
    this.error = this.moreError = null;
    try {
      const page = await api.runs(this.#query(), signal);
      const old = new Set(this.list.rows.map((run) => run.id));
      const isNew = keep ? page.data.filter((run) => !old.has(run.id)) : [];
      this.#cursor = page.next_cursor;
      this.list = { rows: page.data, waiting: [], more: page.next_cursor !== null };
      this.loaded = true;
      this.#mark(isNew);
    } catch (error) {
      if (signal.aborted) return;
      if (!keep || !this.loaded) this.error = error;
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
      const page = await api.runs(query, signal);
      this.#cursor = page.next_cursor;
      this.list = append(this.list, page.data, page.next_cursor !== null);
    } catch (error) {
      if (!signal.aborted) this.moreError = error;
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  showWaiting(): void {
    const waiting = this.list.waiting;
    this.list = release(this.list, compareBy(this.#filters.sort));
    this.#mark(waiting);
  }

  /** Opens the live connection; returns how to close it. */
  watch(): () => void {
    const socket = liveSocket({
      path: () => paths.feed,
      onState: (state) => {
        this.live = state;
      },
      onMessage: (message) => this.#onMessage(message as FeedMessage),
      onReturn: () => {
        // What came in during the break is on the first page; further down nothing may move, so only new runs are looked for.
        if (this.atTop()) this.load(this.#filters, true);
        else this.#catchUp();
      },
    });
    const poll = setInterval(() => {
      if (this.live !== "live" && this.loaded && this.list.rows.length === 0) this.load(this.#filters, true);
    }, POLL_MS);
    return () => {
      socket.close();
      clearInterval(poll);
      this.#request.abort();
    };
  }

  async #catchUp(): Promise<void> {
    const page = await api.runs(this.#query(), this.#request.signal).catch(() => null);
    if (page) this.#take(page.data);
  }

  #onMessage({ entity, event_type, data }: FeedMessage): void {
    if (entity !== "Run") return;
    if (event_type === "delete") {
      this.#gone.push(data.id);
      this.#queue = this.#queue.filter(({ id }) => id !== data.id);
    } else this.#queue.push(data);
    if (this.#flushing) return;
    this.#flushing = true;
    setTimeout(() => {
      this.#flushing = false;
      // First: what comes under the id of a deleted run is another run.
      this.list = drop(this.list, this.#gone.splice(0));
      this.#take(this.#queue.splice(0));
    }, BATCH_MS);
  }

  #take(runs: Run[]): void {
    if (!this.loaded) return;
    const now = Date.now();
    const before = new Map(this.list.rows.map((run) => [run.id, run]));
    // Whether a text is in a run that comes in only the API knows; what was found goes on as it is.
    const arrivals = this.#filters.q
      ? runs.flatMap((run) => (before.has(run.id) ? [{ ...run, match: before.get(run.id)?.match }] : []))
      : runs;
    this.list = arrive(this.list, arrivals, {
      fits: (run) => matches(run, this.#filters, now),
      hold: !this.atTop(),
      compare: compareBy(this.#filters.sort),
    });
    this.#mark(this.list.rows.filter((run) => !before.has(run.id)));
  }

  #mark(runs: Run[]): void {
    if (runs.length === 0) return;
    const ids = runs.map((run) => run.id);
    this.fresh = new Set([...this.fresh, ...ids]);
    setTimeout(() => {
      this.fresh = new Set([...this.fresh].filter((id) => !ids.includes(id)));
    }, FRESH_MS);
  }

  #query(): URLSearchParams {
    const query = toApiQuery(this.#filters, Date.now());
    query.set("limit", String(PAGE));
    return query;
  }
}
