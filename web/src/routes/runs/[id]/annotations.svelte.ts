import type { RunEvent } from "#lib/api.ts";
import { annotationsIn, flagsOf, inReadingOrder, mergedAnnotations } from "./annotation-list.ts";
import { type Annotation, fetchAnnotations } from "./annotations-api.ts";

/** What was said about a run: findings, notes and scores, as they come. */
export class Annotations {
  #all = $state.raw<Annotation[]>([]);
  error = $state.raw<unknown>(null);
  /** As they are read: findings first. */
  readonly rows = $derived(inReadingOrder(this.#all));
  /** What findings say of spans, by their ids. */
  readonly flags = $derived(flagsOf(this.#all));

  readonly #runId: string;
  readonly #signal: AbortSignal;

  constructor(runId: string, signal: AbortSignal) {
    this.#runId = runId;
    this.#signal = signal;
  }

  load = async (): Promise<void> => {
    this.error = null;
    try {
      this.#all = mergedAnnotations(this.#all, await fetchAnnotations(this.#runId, this.#signal));
    } catch (error) {
      if (!this.#signal.aborted) this.error = error;
    }
  };

  /** Events that came in live. */
  take(events: readonly RunEvent[]): void {
    const news = annotationsIn(events);
    if (news.length > 0) this.#all = mergedAnnotations(this.#all, news);
  }
}
