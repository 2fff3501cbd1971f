import { type Page, send } from "#lib/api.ts";
import type { FoundCall } from "../../../../src/domain/llm-calls/schema.ts";
import { type CallFilters, toCallQuery } from "./call-filters.ts";

const PAGE = 50;
/** Requests for one page of rows: each looks at so many runs and no more, and what is rare may not be among them. */
const MOST_REQUESTS = 12;

/** The list of calls, as far as it is loaded. */
export class CallsPage {
  rows = $state.raw<FoundCall[]>([]);
  loaded = $state(false);
  loading = $state(false);
  error = $state.raw<unknown>(null);
  /** Whether the list may go on. */
  more = $state(false);

  #query = new URLSearchParams();
  #cursor: string | null = null;
  #request = new AbortController();

  /** Begins a list anew. */
  load(filters: CallFilters): Promise<void> {
    this.#request.abort();
    this.#request = new AbortController();
    this.#query = toCallQuery(filters, Date.now());
    this.#query.set("limit", String(PAGE));
    this.rows = [];
    this.#cursor = null;
    this.loaded = this.loading = false;
    return this.loadMore();
  }

  /** Goes on until there is a page more, the list is at its end, or it has been looked for long enough. */
  async loadMore(): Promise<void> {
    if (this.loading) return;
    const { signal } = this.#request;
    const wanted = this.rows.length + PAGE;
    this.loading = true;
    this.error = null;
    try {
      for (let request = 0; request < MOST_REQUESTS; request++) {
        const query = new URLSearchParams(this.#query);
        if (this.#cursor !== null) query.set("cursor", this.#cursor);
        const page = await send<Page<FoundCall>>(`/api/llm-calls?${query}`, { signal });
        this.rows = [...this.rows, ...page.data];
        this.#cursor = page.next_cursor;
        this.more = page.next_cursor !== null;
        if (!this.more || this.rows.length >= wanted) break;
      }
      this.loaded = true;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    } finally {
      if (!signal.aborted) this.loading = false;
    }
  }

  /** Ends what is under way. */
  close(): void {
    this.#request.abort();
  }
}
