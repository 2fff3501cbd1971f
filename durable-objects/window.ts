/** Acknowledgements are told apart in steps of this part of the window, to keep few of them. */
const STEPS = 64;

/**
 * How much one reader has been sent and has not shown to have read. It lives in memory only: an object that slept or was
 * moved counts from nothing again, and has nothing waiting, because the runtime lets no object sleep that holds frames.
 */
export class Window {
  readonly #size: number;
  #sent = 0;
  #read = 0;
  #acknowledges = false;
  /** Where the sum stood after a seq, oldest first; at most STEPS within the window. */
  readonly #marks: { seq: number; sent: number }[] = [];

  /** @param size bytes that may be on their way */
  constructor(size: number) {
    this.#size = size;
  }

  /** Notes what was sent up to `seq`, which may be any number that grows. */
  send(bytes: number, seq: number): void {
    this.#sent += bytes;
    const last = this.#marks.at(-1);
    const before = this.#marks.at(-2)?.sent ?? this.#read;
    if (last && this.#sent - before <= this.#size / STEPS) Object.assign(last, { seq, sent: this.#sent });
    else this.#marks.push({ seq, sent: this.#sent });
    // Who never acknowledges must not cost more with every frame.
    if (this.#marks.length > 4 * STEPS) this.#marks.shift();
  }

  /** The reader has everything up to `seq`. From now on it is held to what it acknowledges. */
  acknowledge(seq: number): void {
    this.#acknowledges = true;
    while (this.#marks[0] && this.#marks[0].seq <= seq) this.#read = this.#marks.shift()?.sent ?? this.#read;
  }

  /** Bytes that were sent and not acknowledged. */
  get unread(): number {
    return this.#sent - this.#read;
  }

  /**
   * Bytes by which the reader is behind.
   * @param held bytes that the runtime still holds for it; undefined if it does not say, and then only acknowledgements count
   */
  behind(held: number | undefined): number {
    if (held === undefined) return this.unread;
    return this.#acknowledges ? Math.max(this.unread, held) : held;
  }
}

/** Bytes that the runtime holds for a socket; undefined if it does not say: workerd does since autumn 2026. */
export function heldFor(socket: WebSocket): number | undefined {
  return socket.bufferedAmount as number | undefined;
}
