import { findCustom, type ProjectPrices } from "../prices/custom.ts";
import { findListed, type ListedModel, listPrice } from "../prices/list.ts";
import { dollars, filtersOf, heaviestRuns, type SampledCall } from "./sample.ts";
import type { Saving } from "./schema.ts";

/** Output tokens of a short answer, and of one that can hardly be more than a word: a label, a yes, a number. */
const SHORT = 200;
const VERY_SHORT = 20;

/** Calls from which on one may speak of a habit. */
const FEWEST_CALLS = 10;

/** By the list's names, which of a maker's models are its smaller ones. The first that is listed and cheaper is named. */
const SMALLER: readonly (readonly [provider: string, model: RegExp, smaller: readonly string[]])[] = [
  ["openai", /^(gpt-(?:4o|4\.1|5(?:\.\d)?))$/, ["$1-mini", "gpt-5-mini"]],
  ["openai", /^gpt-4(?:-turbo|-32k)?$/, ["gpt-4.1-mini"]],
  ["openai", /^o[13](?:-pro)?$/, ["o4-mini"]],
  ["anthropic", /^claude-.*(?:opus|sonnet|fable)/, ["claude-haiku-4-5"]],
  ["google", /^(gemini-[\d.]+)-pro.*$/, ["$1-flash", "gemini-2.5-flash"]],
  ["mistral", /^mistral-(?:large|medium)/, ["mistral-small-latest"]],
];

/**
 * Where an expensive model gives short answers that a smaller one of its maker may give as well. The lower end is what calls
 * with very short answers would have cost less, the upper end those with short ones. Only of calls at list prices: what a
 * project's own prices or a service tier would make of the other model, nobody knows.
 */
export function smallerModelSavings(calls: readonly SampledCall[], runs: number, prices: ProjectPrices): Saving[] {
  const chat = calls.filter(
    (call) =>
      call.model !== null &&
      call.status === "ok" &&
      call.cost_nano_usd !== null &&
      call.service_tier === null &&
      call.output_tokens !== null &&
      call.output_tokens > 0 &&
      call.output_tokens <= SHORT,
  );
  const groups = Map.groupBy(chat, ({ model, provider }) => JSON.stringify([model, provider]));
  return [...groups].flatMap(([name, its]): Saving[] => {
    const [model, provider] = JSON.parse(name) as [string, string | null];
    if (its.length < FEWEST_CALLS || findCustom(prices, model, provider) !== undefined) return [];
    const listed = findListed(model, provider);
    const smaller = typeof listed === "string" ? null : smallerThan(listed);
    if (typeof listed === "string" || smaller === null || findCustom(prices, smaller.model.id, provider)) return [];
    const lessOf = (call: SampledCall): number => {
      const [now, then] = [usdOf(listed, call), usdOf(smaller, call)];
      return now === undefined || then === undefined ? 0 : now - then;
    };
    const sum = (some: SampledCall[]) => some.reduce((total, call) => total + lessOf(call), 0);
    const veryShort = its.filter(({ output_tokens }) => (output_tokens ?? 0) <= VERY_SHORT);
    const high = sum(its);
    if (high <= 0) return [];
    const cost = its.reduce((total, call) => total + (call.cost_nano_usd ?? 0), 0) / 1e9;
    return [
      {
        kind: "smaller_model",
        title: `${model} gives short answers that ${smaller.model.id} may give as well`,
        why: `In the ${runs} newest runs ${its.length} calls of ${model} answered with at most ${SHORT} tokens, ${veryShort.length} of them with at most ${VERY_SHORT}, and cost ${dollars(cost)}. At the list prices of ${smaller.model.id} the same tokens would have cost ${dollars(high)} less. Whether its answers are good enough, only a trial can tell.`,
        estimated_usd: { low: Math.max(0, sum(veryShort)), high },
        runs: heaviestRuns(its, lessOf),
        filters: filtersOf({ model, provider }),
      },
    ];
  });
}

function smallerThan({ provider, model }: ListedModel): ListedModel | null {
  for (const [seller, pattern, names] of SMALLER) {
    if (seller !== provider.id || !pattern.test(model.id)) continue;
    for (const name of names) {
      const smaller = findListed(model.id.replace(pattern, name), provider.id);
      if (typeof smaller !== "string" && smaller.model.id !== model.id) return smaller;
    }
  }
  return null;
}

function usdOf(listed: ListedModel, call: SampledCall): number | undefined {
  const usage = {
    input: call.input_tokens ?? 0,
    cached: call.cached_tokens,
    cache_write: null,
    output: call.output_tokens ?? 0,
    reasoning: null,
  };
  return listPrice(listed, usage, new Date(call.start_ms))?.usd;
}
