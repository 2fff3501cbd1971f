/** Numbered parameters of a query in the making; a value that comes again is the same parameter. */
export class Params {
  readonly #numbers = new Map<string | number, number>();

  /** The mark that stands for a value. */
  of(value: string | number): string {
    const number = this.#numbers.get(value) ?? this.#numbers.size + 1;
    this.#numbers.set(value, number);
    return `?${number}`;
  }

  /** Nanoseconds: as a number they would be rounded. */
  nano(value: string): string {
    return `CAST(${this.of(value)} AS INTEGER)`;
  }

  /** In the order of their marks. */
  get values(): (string | number)[] {
    return [...this.#numbers.keys()];
  }
}
