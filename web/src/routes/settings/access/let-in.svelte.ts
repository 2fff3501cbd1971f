import { ApiError, type Page } from "#lib/api.ts";

interface Source<T> {
  list: (cursor: string | null, signal: AbortSignal) => Promise<Page<T>>;
  end: (id: string) => Promise<void>;
}

/** A list of what was let in, newest first, of which each can be taken back. */
export class LetIn<T extends { id: string; created_at: string }> {
  rows = $state.raw<T[]>([]);
  loaded = $state(false);
  loading = $state(false);
  error = $state.raw<unknown>(null);
  more = $state(false);

  readonly #source: Source<T>;
  readonly #abort = new AbortController();
  #cursor: string | null = null;

  constructor(source: Source<T>) {
    this.#source = source;
  }

  /** Reads the first page anew. */
  load(): Promise<void> {
    return this.#read(null);
  }

  loadMore(): Promise<void> {
    return this.#read(this.#cursor);
  }

  /** @throws ApiError if it was not taken back; what is gone already is no error */
  async end(id: string): Promise<void> {
    try {
      await this.#source.end(id);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
    this.rows = this.rows.filter((row) => row.id !== id);
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(cursor: string | null): Promise<void> {
    const { signal } = this.#abort;
    this.loading = true;
    this.error = null;
    try {
      const page = await this.#source.list(cursor, signal);
      const before = cursor === null ? [] : this.rows;
      const known = new Set(before.map(({ id }) => id));
      this.rows = [...before, ...page.data.filter(({ id }) => !known.has(id))].sort((one, other) =>
        other.created_at.localeCompare(one.created_at),
      );
      this.#cursor = page.next_cursor;
      this.more = page.next_cursor !== null;
      this.loaded = true;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    } finally {
      this.loading = false;
    }
  }
}
