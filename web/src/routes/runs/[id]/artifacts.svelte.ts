import type { RunEvent } from "#lib/api.ts";
import { announcedIn, merged } from "./artifact-list.ts";
import { type Artifact, artifactsApi } from "./artifacts-api.ts";

/** Events come in a bunch: one reading for all of them. */
const NEWS_MS = 250;
/** A list may be answered by a copy of the database that is a little behind the log. */
const LATE_MS = 2000;

/** The files of a run, newest first, as they are stored. */
export class Artifacts {
  rows = $state.raw<Artifact[]>([]);
  /** Whether the first page is here. */
  ready = $state(false);
  more = $state(false);
  error = $state.raw<unknown>(null);

  readonly #runId: string;
  readonly #signal: AbortSignal;
  /** Versions that were seen: one that is open stays open when a newer one takes its place in the list. */
  readonly #seen = new Map<string, Artifact>();
  #cursor: string | null = null;
  #news: ReturnType<typeof setTimeout> | undefined;
  #awaited = new Set<string>();

  constructor(runId: string, signal: AbortSignal) {
    this.#runId = runId;
    this.#signal = signal;
  }

  load = () => this.#fetch(null);
  /** The next page. */
  loadMore = () => this.#fetch(this.#cursor);

  find(id: string | null): Artifact | null {
    void this.rows;
    return id === null ? null : (this.#seen.get(id) ?? null);
  }

  /** The version that is in the list now, if it is not this one. */
  newerThan({ id, name }: Artifact): Artifact | null {
    return this.rows.find((row) => row.name === name && row.id !== id) ?? null;
  }

  /** Events that came in live. */
  take(events: RunEvent[]): void {
    const ids = announcedIn(events);
    if (ids.length === 0) return;
    for (const id of ids) this.#awaited.add(id);
    this.#renew(NEWS_MS);
  }

  #renew(afterMs: number, last = false): void {
    clearTimeout(this.#news);
    this.#news = setTimeout(async () => {
      const awaited = this.#awaited;
      this.#awaited = new Set();
      await this.#fetch(null, true);
      const missing = [...awaited].some((id) => !this.#seen.has(id));
      if (missing && !last && !this.#signal.aborted) {
        this.#awaited = new Set([...awaited, ...this.#awaited]);
        this.#renew(LATE_MS, true);
      }
    }, afterMs);
  }

  /** @param again reads the first page of a list that is on the screen: what follows it stays */
  async #fetch(cursor: string | null, again = false): Promise<void> {
    this.error = null;
    try {
      const page = await artifactsApi.list(this.#runId, cursor, this.#signal);
      if (!again || !this.ready) {
        this.#cursor = page.next_cursor;
        this.more = page.next_cursor !== null;
      }
      for (const row of page.data) this.#seen.set(row.id, row);
      this.rows = merged(this.rows, page.data);
      this.ready = true;
    } catch (error) {
      if (!this.#signal.aborted) this.error = error;
    }
  }
}
