import { api, type RunEvent, type SpanDetail } from "#lib/api.ts";
import { concerns, spansWithNews } from "./span-news.ts";
import type { Node } from "./trace.ts";

/** Bodies can be megabytes: only those looked at last are kept. */
const KEPT = 12;
/** Running over rows with the keyboard asks only for the row where it rests. */
const REST_MS = 90;
/** A call's records come in a bunch: one reading for all of them. */
const NEWS_MS = 300;

/** The bodies of the span that is open. */
export class Details {
  detail = $state.raw<SpanDetail | null>(null);
  error = $state.raw<unknown>(null);

  readonly #runId: string;
  readonly #kept = new Map<number, SpanDetail>();
  #abort = new AbortController();
  #shown: Node | null = null;
  #news: ReturnType<typeof setTimeout> | undefined;

  constructor(runId: string) {
    this.#runId = runId;
  }

  /** Shows a span's bodies; returns how to stop waiting for them. */
  show(node: Node): () => void {
    this.#abort.abort();
    this.#abort = new AbortController();
    // A span that has just ended keeps on the page what it began with, until its whole is here.
    const same = this.#shown === node;
    this.#shown = node;
    this.error = null;
    clearTimeout(this.#news);
    const kept = this.#kept.get(node.row.seq);
    if (kept) {
      this.detail = kept;
      return () => {};
    }
    const { signal } = this.#abort;
    const timer = setTimeout(() => this.#fetch(node, signal), this.detail === null ? 0 : REST_MS);
    if (!same) this.detail = null;
    return () => clearTimeout(timer);
  }

  /** Takes in what came in live: bodies that have become more are read anew, those on the page without emptying it. */
  take(events: RunEvent[]): void {
    const changed = spansWithNews(events);
    if (changed.size === 0) return;
    for (const [seq, detail] of this.#kept) if (concerns(changed, detail)) this.#kept.delete(seq);
    const shown = this.#shown;
    if (!shown || !concerns(changed, shown.row)) return;
    clearTimeout(this.#news);
    const { signal } = this.#abort;
    this.#news = setTimeout(() => !signal.aborted && this.#fetch(shown, signal), NEWS_MS);
  }

  async #fetch(node: Node, signal: AbortSignal): Promise<void> {
    const { seq, span_id } = node.row;
    try {
      const detail = await api.span(this.#runId, span_id, seq, signal);
      if (signal.aborted) return;
      this.#kept.set(seq, detail);
      for (const oldest of this.#kept.keys()) {
        if (this.#kept.size <= KEPT) break;
        this.#kept.delete(oldest);
      }
      this.detail = detail;
    } catch (error) {
      if (!signal.aborted) this.error = error;
    }
  }
}
