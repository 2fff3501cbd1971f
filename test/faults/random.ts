/** A source of random numbers that gives the same ones for the same seed (mulberry32): a failure can be run again. */
export class Random {
  #state: number;

  constructor(seed: number, stream = "") {
    this.#state = seed >>> 0;
    for (const letter of stream) this.#state = Math.imul(this.#state ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)] as T;
  }

  hex(bytes: number): string {
    let text = "";
    for (let n = 0; n < bytes; n++) text += this.int(0, 255).toString(16).padStart(2, "0");
    return text;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.int(0, 255));
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let n = shuffled.length - 1; n > 0; n--) {
      const other = this.int(0, n);
      [shuffled[n], shuffled[other]] = [shuffled[other] as T, shuffled[n] as T];
    }
    return shuffled;
  }
}
