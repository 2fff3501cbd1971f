/** How long the second key of a pair may take. */
const WITHIN_MS = 1500;

/** Pairs of keys such as "g s": the first waits a moment for the second. */
export class Chord {
  #until = 0;

  /** @param now milliseconds of any clock that does not go back */
  begin(now: number): void {
    this.#until = now + WITHIN_MS;
  }

  /** Whether the first key was pressed a moment ago. The pair is over with the next key, whatever it is. */
  take(now: number): boolean {
    const waiting = now < this.#until;
    this.#until = 0;
    return waiting;
  }
}
