import { api, paths, type Run } from "#lib/api.ts";
import { liveSocket } from "#lib/live-socket.ts";
import { append, arrive, drop, type LiveList } from "../../live-list.ts";

const PAGE = 20;

/** The runs that a run began, newest first, and what becomes of them. */
export class Children {
  list = $state.raw<LiveList>({ rows: [], waiting: [], more: false });
  loading = $state(false);
  error = $state.raw<unknown>(null);

  readonly #parent: string;
  readonly #abort = new AbortController();
  #cursor: string | null = null;
  #socket: { close: () => void } | null = null;

  constructor(parent: string) {
    this.#parent = parent;
  }

  /** @param goesOn whether the parent may begin more of them */
  async load(goesOn: boolean): Promise<void> {
    await this.#fetch();
    const alive = goesOn || this.list.rows.some(({ status }) => status === "running");
    if (alive && !this.#abort.signal.aborted) this.#watch();
  }

  /** The next page. */
  more = () => this.#fetch(this.#cursor);

  close(): void {
    this.#abort.abort();
    this.#socket?.close();
  }

  async #fetch(cursor: string | null = null): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    this.error = null;
    try {
      const page = await api.runs(this.#query(cursor), this.#abort.signal);
      this.#cursor = page.next_cursor;
      this.list = append(this.list, page.data, page.next_cursor !== null);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.error = error;
    }
    this.loading = false;
  }

  #watch(): void {
    this.#socket?.close();
    this.#socket = liveSocket({
      path: () => paths.feed,
      // Whenever it opens, something may have happened since the list was read.
      onState: (state) => {
        if (state === "live") this.#catchUp();
      },
      onMessage: (message) => {
        const { entity, event_type, data } = message as { entity: string; event_type: string; data: Run };
        if (entity !== "Run") return;
        if (event_type === "delete") this.list = drop(this.list, [data.id]);
        else this.#take([data]);
      },
    });
  }

  async #catchUp(): Promise<void> {
    const page = await api.runs(this.#query(null), this.#abort.signal).catch(() => null);
    if (page) this.#take(page.data);
  }

  #take(runs: Run[]): void {
    const own = runs.filter((run) => run.parent_run_id === this.#parent);
    if (own.length > 0) this.list = arrive(this.list, own, { fits: () => true, hold: false });
  }

  #query(cursor: string | null): URLSearchParams {
    const query = new URLSearchParams({ parent_run_id: this.#parent, limit: String(PAGE) });
    if (cursor !== null) query.set("cursor", cursor);
    return query;
  }
}
