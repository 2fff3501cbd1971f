/**
 * Rows that a count reads at most. The board is read anew all the time while runs come in, and D1 has no count that does
 * not read its rows: an exact number of a million runs would be a million rows a request. Past it a count is a lower bound.
 */
export const COUNT_BOUND = 1_000;

/** Rows of each kind that a card begins with. */
export const NEWEST = 5;

/** A number that was counted by reading one row more than COUNT_BOUND at most. */
export function bounded(found: number): { count: number; isLowerBound: boolean } {
  return { count: Math.min(found, COUNT_BOUND), isLowerBound: found > COUNT_BOUND };
}
