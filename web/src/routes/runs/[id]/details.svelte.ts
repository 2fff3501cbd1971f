import { api, type SpanDetail } from "#lib/api.ts";
import type { Node } from "./trace.ts";

/** Bodies can be megabytes: only those looked at last are kept. */
const KEPT = 12;
/** Running over rows with the keyboard asks only for the row where it rests. */
const REST_MS = 90;

/** The bodies of the span that is open. */
export class Details {
  detail = $state.raw<SpanDetail | null>(null);
  error = $state.raw<unknown>(null);

  readonly #runId: string;
  readonly #kept = new Map<number, SpanDetail>();
  #abort = new AbortController();

  constructor(runId: string) {
    this.#runId = runId;
  }

  /** Shows a span's bodies; returns how to stop waiting for them. */
  show(node: Node): () => void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.error = null;
    const kept = this.#kept.get(node.row.seq);
    if (kept) {
      this.detail = kept;
      return () => {};
    }
    const { signal } = this.#abort;
    const timer = setTimeout(() => this.#fetch(node, signal), this.detail === null ? 0 : REST_MS);
    this.detail = null;
    return () => clearTimeout(timer);
  }

  async #fetch(node: Node, signal: AbortSignal): Promise<void> {
    try {
      const detail = await api.span(this.#runId, node.row.span_id, node.row.seq, signal);
      if (signal.aborted) return;
      this.#kept.set(node.row.seq, detail);
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
