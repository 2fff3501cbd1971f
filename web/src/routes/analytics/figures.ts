import type { CostAnswer, LatencyAnswer, Overview, OverviewAnswer } from "./analytics-api.ts";

/** The headline of a span. A run has no model of its own, so runs are not counted where one model or provider is looked at. */
export type Headline = Omit<Overview, "runs"> & { runs: Overview["runs"] | null };

export interface Figures {
  now: Headline;
  before: Headline | null;
}

/**
 * The headline and the one of the period before.
 * @param sums of the calls, which know all filters; left out where the overview knows them too
 */
export function figuresOf(overview: OverviewAnswer, sums?: { cost: CostAnswer; latency: LatencyAnswer }): Figures {
  if (!sums) return { now: overview, before: overview.previous ?? null };
  const { cost, latency } = sums;
  return {
    now: ofCalls(cost.totals, latency.totals),
    before: cost.previous && latency.previous ? ofCalls(cost.previous.totals, latency.previous.totals) : null,
  };
}

function ofCalls(sums: CostAnswer["totals"], { p50_ms, p95_ms, p99_ms }: LatencyAnswer["totals"]): Headline {
  return {
    runs: null,
    calls: { count: sums.count, error_count: sums.error_count, p50_ms, p95_ms, p99_ms },
    tokens: {
      input: sums.input_tokens,
      cached_input: sums.cached_input_tokens,
      output: sums.output_tokens,
      reasoning: sums.reasoning_tokens,
    },
    cost_usd: sums.cost_usd,
    unpriced_count: sums.unpriced_count,
    cache_hit_rate: sums.input_tokens === 0 ? null : sums.cached_input_tokens / sums.input_tokens,
  };
}
