import type { RunEvent } from "../../events/event.ts";

/** Characters of a result that are kept. */
const MOST_CHARS = 100_000;

/** Reads from a run's own events what it gave. */
export class ResultReader {
  #result: string | null = null;
  #messageId: unknown = null;
  #message: string | null = null;

  /** In the order of the log. */
  see({ type, data }: RunEvent): void {
    const { result, messageId, delta } = data as { result?: unknown; messageId?: unknown; delta?: unknown };
    if (type === "RUN_FINISHED" && result !== undefined && result !== null) {
      this.#result = (typeof result === "string" ? result : JSON.stringify(result)).slice(0, MOST_CHARS);
    }
    if ((type === "TEXT_MESSAGE_CONTENT" || type === "TEXT_MESSAGE_CHUNK") && typeof delta === "string") {
      // A piece without an id goes on with the message before it.
      const before = messageId === undefined || messageId === this.#messageId ? (this.#message ?? "") : "";
      this.#messageId = messageId ?? this.#messageId;
      // Text that is long enough is not touched: each cut of it would copy it.
      this.#message = before.length < MOST_CHARS ? `${before}${delta}`.slice(0, MOST_CHARS) : before;
    }
  }

  /** null if they say nothing. */
  get text(): string | null {
    return this.#result ?? this.#message;
  }
}
