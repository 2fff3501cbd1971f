import { Random } from "./random.ts";

/**
 * What can go wrong, each where it goes wrong in production. "answer lost" means that the thing was done and the caller
 * is told that it failed: the hardest kind, since the caller does it again.
 */
export const KINDS = [
  "d1 read fails",
  "d1 write fails before its commit",
  "d1 commits, answer lost",
  "r2 put fails",
  "r2 put succeeds, answer lost",
  "r2 get fails",
  "queue send fails",
  "queue loses a message",
  "append never arrives",
  "append answer lost",
  "drain answer lost",
  "confirm never arrives",
  "confirm answer lost",
  "consumer dies before its commit",
  "consumer dies between commit and confirm",
  "bell doubled",
  "bell out of turn",
  "batch half delivered again",
  "object storage fails",
  "object dies before an append",
  "object dies after an append",
  "object evicted",
  "object alarm fails",
  "live list fails",
] as const;

export type Kind = (typeof KINDS)[number];

/**
 * Breaks the product on purpose, to see that the tests notice. Never on in a test of the product.
 * `lying database`: a commit is reported that never was. `forgetful log`: every append is new, whatever its ids.
 */
export type Sabotage = "lying database" | "forgetful log" | null;

/** A failure that was injected, so that it can be told from one that was not. */
export class Injected extends Error {
  override readonly name = "Injected";
  constructor(kind: Kind) {
    super(`injected: ${kind}`);
  }
}

/** Which faults strike how often. Each kind draws from a stream of its own, so that one more of one kind shifts no other. */
export class Faults {
  readonly seed: number;
  #rates: Partial<Record<Kind, number>> = {};
  readonly #streams: Record<Kind, Random>;
  readonly #counts: Record<Kind, number>;
  sabotage: Sabotage = null;

  constructor(seed: number) {
    this.seed = seed;
    this.#streams = Object.fromEntries(KINDS.map((kind) => [kind, new Random(seed, kind)])) as Record<Kind, Random>;
    this.#counts = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  }

  /** From now on these shares of all occasions fail; a kind that is not named never does. */
  set(rates: Partial<Record<Kind, number>>): void {
    this.#rates = rates;
  }

  /** From now on nothing fails any more. What was broken on purpose stays broken. */
  end(): void {
    this.#rates = {};
  }

  /** Whether this occasion fails; counts it if so. */
  strikes(kind: Kind): boolean {
    const rate = this.#rates[kind] ?? 0;
    if (rate === 0 || !this.#streams[kind].chance(rate)) return false;
    this.#counts[kind]++;
    return true;
  }

  /** @throws Injected if this occasion fails */
  maybe(kind: Kind): void {
    if (this.strikes(kind)) throw new Injected(kind);
  }

  /** How often each kind struck, those that did. */
  counts(): Partial<Record<Kind, number>> {
    return Object.fromEntries(Object.entries(this.#counts).filter(([, count]) => count > 0));
  }

  get total(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
  }
}
