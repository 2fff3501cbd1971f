import { dollars, type Finding, idsOf, percent, rounded } from "./finding.ts";
import { sharedChars } from "./print.ts";
import { actOf, type Step } from "./step.ts";

/** Tokens of a beginning that providers cache. */
const CACHEABLE = 1_024;

/** Share of such a beginning that comes from the cache, below which it was missed. */
const LOW_SHARE = 0.5;

/** An input grows if it comes to this many times its size over this many calls, and is long in the end. */
const GROWTH = 2;
const FEWEST_CALLS = 4;
const LONG_INPUT = 2_000;

/** US dollars that a token costs less from the cache; null if that has no price. @param tokens of the input */
export type CacheGain = (model: string, provider: string | null, tokens: number) => number | null;

/** Beginnings that came again without the cache, and inputs that grow from call to call. */
export function promptFindings(calls: readonly Step[], gain: CacheGain): Finding[] {
  const series = Map.groupBy(
    calls.filter(({ step }) => step === "llm"),
    (step) => JSON.stringify([actOf(step), step.model, step.provider]),
  );
  return [...series.values()].flatMap((some) => {
    const inOrder = some.toSorted((a, b) => a.from - b.from);
    return [...uncached(inOrder, gain), ...growing(inOrder)];
  });
}

function uncached(calls: readonly Step[], gain: CacheGain): Finding[] {
  const missed = calls.flatMap((call, n) => {
    const tokens = n === 0 ? 0 : repeatedTokens(calls[n - 1] as Step, call);
    const cached = call.cached_input_tokens ?? 0;
    return tokens >= CACHEABLE && cached < tokens * LOW_SHARE ? [{ call, tokens: tokens - cached }] : [];
  });
  const [first] = missed;
  if (!first) return [];
  const { model, provider, name } = first.call;
  const tokens = missed.reduce((sum, each) => sum + each.tokens, 0);
  const input = calls.reduce((sum, { input_tokens }) => sum + (input_tokens ?? 0), 0);
  const each = model === null ? null : gain(model, provider, first.call.input_tokens ?? 0);
  const usd = each === null || each <= 0 ? null : each * tokens;
  return [
    {
      kind: "uncached_prefix",
      severity: tokens / input >= 0.4 ? "medium" : "low",
      what: `${missed.length} of ${calls.length} calls of ${name} began as the one before, but of about ${tokens} tokens that came again (${percent(tokens / input)} of their input) none came from the cache${usd === null ? "" : `; from there they would have cost about ${dollars(usd)} less`}.`,
      span_ids: idsOf(missed.map(({ call }) => call)),
      numbers: {
        missed_tokens: tokens,
        input_tokens: input,
        calls_count: missed.length,
        ...(usd === null ? {} : { saving_usd: usd }),
      },
      suggestion:
        provider === "anthropic"
          ? "Mark the beginning with cache_control, and keep what changes (times, ids) out of it."
          : "Keep the beginning the same to the letter (no times or ids in it) and what changes at its end, and use the provider's prompt cache.",
    },
  ];
}

/** Tokens with which a call began as the one before it, by their share of the characters. */
function repeatedTokens(before: Step, call: Step): number {
  if (before.input === null || call.input === null || call.input.chars === 0 || call.input_tokens === null) return 0;
  return Math.round((call.input_tokens * sharedChars(before.input, call.input)) / call.input.chars);
}

function growing(calls: readonly Step[]): Finding[] {
  const sizes = calls.flatMap(({ input_tokens }) => (input_tokens === null ? [] : [input_tokens]));
  const [first, last] = [sizes[0] ?? 0, sizes.at(-1) ?? 0];
  if (sizes.length < FEWEST_CALLS || last < LONG_INPUT || last < first * GROWTH) return [];
  const ups = sizes.filter((size, n) => n > 0 && size >= (sizes[n - 1] as number)).length;
  if (ups < (sizes.length - 1) * 0.8) return [];
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return [
    {
      kind: "growing_input",
      severity: last >= 10 * LONG_INPUT ? "high" : "medium",
      what: `The input of ${calls[0]?.name} grew from ${first} to ${last} tokens over ${sizes.length} calls, ${all} tokens in all: each call sends again what the ones before had.`,
      span_ids: idsOf(calls.toSorted((a, b) => (b.input_tokens ?? 0) - (a.input_tokens ?? 0))),
      numbers: {
        first_input_tokens: first,
        last_input_tokens: last,
        all_input_tokens: all,
        growth_factor: rounded(last / Math.max(1, first)),
      },
      suggestion:
        "Sum up or drop old messages, cut what tools return before it goes into the history, or give a step its own short context.",
    },
  ];
}
