/** Reads side by side: Workers allow six connections. */
const AT_ONCE = 6;

/** Asks for each item, six side by side. @returns the answers in the order of the items */
export async function sixAtOnce<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    answers.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(ask))));
  }
  return answers;
}
