import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketOf, countOf, type Histogram, middleOf, quantile, quantiles, RELATIVE_ERROR } from "./buckets.ts";

const HOUR_US = 3_600_000_000;

function histogramOf(values: readonly number[]): Histogram {
  const histogram: Histogram = new Map();
  for (const value of values) histogram.set(bucketOf(value), (histogram.get(bucketOf(value)) ?? 0) + 1);
  return histogram;
}

/** The nearest rank among the values themselves. */
function exact(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] as number;
}

test("a bucket's middle is within the error of every value in it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 * HOUR_US }), (us) => {
      expect(Math.abs(middleOf(bucketOf(us)) - us) / us).toBeLessThanOrEqual(RELATIVE_ERROR + 1e-9);
    }),
    { numRuns: 10_000 },
  );
});

test("percentiles are within the error of the exact ones", () => {
  const durations = fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: HOUR_US }));
  fc.assert(
    fc.property(fc.array(durations, { minLength: 1, maxLength: 300 }), (values) => {
      const histogram = histogramOf(values);
      expect(countOf(histogram)).toBe(values.length);
      const shares = [0.5, 0.9, 0.95, 0.99, 1];
      expect(quantiles(histogram, shares)).toEqual(shares.map((share) => quantile(histogram, share)));
      for (const share of shares) {
        const real = exact(values, share);
        expect(Math.abs((quantile(histogram, share) as number) - real)).toBeLessThanOrEqual(
          real * RELATIVE_ERROR + 1e-6,
        );
      }
    }),
    { numRuns: 2_000 },
  );
});

test("nothing has no percentile", () => {
  expect(quantile(new Map(), 0.5)).toBeNull();
  expect(quantiles(new Map(), [0.5, 0.99])).toEqual([null, null]);
});
