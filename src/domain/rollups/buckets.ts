/**
 * Latencies in log-spaced buckets, as DDSketch has them: a bucket's middle is no further than RELATIVE_ERROR from any value
 * in it, and buckets of different times and places add up.
 */
export const RELATIVE_ERROR = 0.02;

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

/** The bucket of what took no measurable time. */
const ZERO = -1;

/** How many of what lie in each bucket. */
export type Histogram = Map<number, number>;

/** The bucket of a duration in whole microseconds. */
export function bucketOf(us: number): number {
  return us < 1 ? ZERO : Math.ceil(Math.log(us) / LOG_GAMMA);
}

/** What stands for all values of a bucket, in microseconds. */
export function middleOf(bucket: number): number {
  return bucket === ZERO ? 0 : (2 * GAMMA ** bucket) / (GAMMA + 1);
}

/**
 * The value that a share of all others does not exceed (nearest rank), within RELATIVE_ERROR of the exact one.
 * @param share 0.95 for the 95th percentile
 * @returns microseconds; null if nothing was counted
 */
export function quantile(histogram: Histogram, share: number): number | null {
  return quantiles(histogram, [share])[0] ?? null;
}

/** The same of several shares, in their order: the buckets are put in order once. */
export function quantiles(histogram: Histogram, shares: readonly number[]): (number | null)[] {
  const total = countOf(histogram);
  if (total === 0) return shares.map(() => null);
  const buckets = [...histogram].sort(([a], [b]) => a - b);
  return shares.map((share) => {
    const rank = Math.max(1, Math.ceil(share * total));
    let seen = 0;
    for (const [bucket, count] of buckets) {
      seen += count;
      if (seen >= rank) return middleOf(bucket);
    }
    return null;
  });
}

/** How many values a histogram holds. */
export function countOf(histogram: Histogram): number {
  let total = 0;
  for (const count of histogram.values()) total += count;
  return total;
}
