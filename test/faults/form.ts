/** How large a test is: short on every change, full before a release. */
export type Form = "short" | "full";

export function pick<T>(form: string, sizes: Record<Form, T>): T {
  return sizes[form === "full" ? "full" : "short"];
}

/** The seed that was asked for, or one of the clock's. It is printed, so that what it found can be sought again. */
export function seedFrom(text: string | undefined): number {
  const asked = Number(text);
  return text && Number.isSafeInteger(asked) ? asked : Math.floor(Math.random() * 1_000_000_000);
}

/** One line of figures, findable in a long output. */
export function report(test: string, figures: Record<string, unknown>): void {
  console.log(`FAULTS ${test} ${JSON.stringify(figures)}`);
}
