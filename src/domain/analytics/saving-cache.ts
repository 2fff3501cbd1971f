import { customLines, findCustom, type ProjectPrices } from "../prices/custom.ts";
import { findListed, listPrice, sumOf } from "../prices/list.ts";
import { filtersOf, heaviestRuns, type SampledCall } from "./sample.ts";
import type { Saving } from "./schema.ts";
import type { Sums } from "./sums.ts";

/** Calls from which on one may speak of a habit. */
const FEWEST_CALLS = 20;

/** Input tokens of a call, on average: providers cache prefixes of 1,024 tokens and more. */
const LONG_INPUT = 2_000;

/** Share of the input that comes from the cache, below which there is something to gain. */
const LOW_SHARE = 0.3;

/** The calls of a model by a service. */
export interface ServiceModel {
  service: string;
  model: string;
  provider: string;
  sums: Sums;
}

/**
 * Where many calls send a long input of which little comes from the cache. At the most all of it could: how much of it
 * repeats, nobody can tell from counts, and so the lower end is nothing.
 * @param at milliseconds: the time whose prices hold
 */
export function cacheSavings(
  groups: readonly ServiceModel[],
  sampled: readonly SampledCall[],
  prices: ProjectPrices,
  at: number,
): Saving[] {
  return groups.flatMap(({ service, model, provider, sums }): Saving[] => {
    const { count, input_tokens, cached_input_tokens } = sums;
    const share = input_tokens === 0 ? 1 : cached_input_tokens / input_tokens;
    const average = Math.round(input_tokens / count);
    if (count < FEWEST_CALLS || average < LONG_INPUT || share >= LOW_SHARE || model === "") return [];
    const gain = cachedTokenGain(model, provider || null, average, prices, at);
    // Without a price of its own for cached input the provider gives nothing for it, or nobody knows what.
    if (gain === null || gain <= 0) return [];
    const high = (input_tokens - cached_input_tokens) * gain;
    const its = sampled.filter(
      (call) => call.service === service && call.model === model && (call.provider ?? "") === provider,
    );
    return [
      {
        kind: "cache",
        title: `Little of the input of ${model} comes from the cache${service ? ` in ${service}` : ""}`,
        why: `${count} calls sent ${average} input tokens each on average, and ${percent(share)} of them came from the cache. A cached token costs $${(gain * 1e6).toFixed(3)} a million less. At most all of the others could be; it is as many as the beginning of the prompts repeats. What some providers charge for writing the cache is not taken off.`,
        estimated_usd: { low: 0, high },
        runs: heaviestRuns(its, (call) => (call.input_tokens ?? 0) - (call.cached_tokens ?? 0)),
        filters: filtersOf({ service, model, provider }),
      },
    ];
  });
}

/** US dollars that a token costs less from the cache; null if that has no price. */
export function cachedTokenGain(
  model: string,
  provider: string | null,
  tokens: number,
  prices: ProjectPrices,
  at: number,
): number | null {
  const usage = (cached: number) => ({ input: tokens, cached, cache_write: null, output: 0, reasoning: null });
  const own = findCustom(prices, model, provider);
  const listed = own === undefined ? findListed(model, provider) : "unknown_model";
  const usd = (cached: number): number | undefined => {
    if (own !== undefined) return sumOf(customLines(own, usage(cached)));
    return typeof listed === "string" ? undefined : listPrice(listed, usage(cached), new Date(at))?.usd;
  };
  const [full, cached] = [usd(0), usd(tokens)];
  return full === undefined || cached === undefined ? null : (full - cached) / tokens;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
