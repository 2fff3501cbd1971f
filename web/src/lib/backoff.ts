const FIRST_MS = 500;
const MOST_MS = 20_000;

/**
 * How long to wait before the next try to connect. Half of it is chance, so that a thousand open pages do not all come
 * back in the same moment after a deployment.
 * @param attempt 0 for the first try again; @param chance from 0 to 1
 */
export function backoff(attempt: number, chance: number): number {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** attempt);
  return full / 2 + (full / 2) * chance;
}
