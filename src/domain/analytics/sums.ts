import { type Histogram, quantile, quantiles } from "../rollups/buckets.ts";
import { SUMS } from "../rollups/rollup.ts";
import type { CostSums, LatencySums } from "./schema.ts";
import type { SumRow } from "./source.ts";

/** Sums of rollups without their group. */
export type Sums = Pick<SumRow, (typeof SUMS)[number]>;

export function noSums(): Sums {
  return Object.fromEntries(SUMS.map((column) => [column, 0])) as Sums;
}

/** What is left of sums without these parts. */
export function rest(whole: Sums, parts: readonly Sums[]): Sums {
  const left = noSums();
  for (const column of SUMS) left[column] = parts.reduce((sum, part) => sum - part[column], whole[column]);
  return left;
}

/** US dollars that are known; null if there are calls and the cost of none of them is. A run may know a part of its own. */
export function costOf({ count, unpriced_count, cost_nano_usd }: Sums): number | null {
  return count > 0 && unpriced_count === count && cost_nano_usd === 0 ? null : cost_nano_usd / 1e9;
}

/** Sums as answers about cost show them. */
export function costSums(sums: Sums): CostSums {
  const { count, error_count, unpriced_count } = sums;
  const { input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens } = sums;
  return {
    count,
    error_count,
    input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    output_tokens,
    reasoning_tokens,
    cost_usd: costOf(sums),
    unpriced_count,
  };
}

/** The same of answers about latency. */
export function latencySums(sums: Sums, histogram: Histogram): LatencySums {
  let timed = 0;
  for (const count of histogram.values()) timed += count;
  const [p50 = null, p95 = null, p99 = null] = quantiles(histogram, [0.5, 0.95, 0.99]);
  const ms = (us: number | null) => (us === null ? null : us / 1000);
  return {
    count: sums.count,
    error_count: sums.error_count,
    avg_ms: timed === 0 ? null : sums.duration_us / timed / 1000,
    p50_ms: ms(p50),
    p95_ms: ms(p95),
    p99_ms: ms(p99),
  };
}

/** A percentile in milliseconds. */
export function msAt(histogram: Histogram, share: number): number | null {
  const us = quantile(histogram, share);
  return us === null ? null : us / 1000;
}
