import type { UnpricedReason } from "../../events/span.ts";
import { dollars, type Finding, idsOf, inWords, percent, rounded, severityOf } from "./finding.ts";
import type { Step } from "./step.ts";

/** Share of a run's cost from which on one call is worth a word. */
const LEAST_SHARE = 0.3;

/** Output tokens of a call that are many. */
const LONG_OUTPUT = 2_000;

/** What the model calls of a run cost, where that is not known, and which of them wrote much. */
export function callFindings(calls: readonly Step[]): Finding[] {
  return [...expensive(calls), ...unknown(calls), ...long(calls)];
}

function expensive(calls: readonly Step[]): Finding[] {
  const total = calls.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0);
  const first = calls.toSorted((a, b) => (b.cost_usd ?? 0) - (a.cost_usd ?? 0)).slice(0, 3);
  const [most] = first;
  // Of one call it tells nothing that it costs the most.
  if (calls.length < 2 || !most?.cost_usd || most.cost_usd / total < LEAST_SHARE) return [];
  const share = most.cost_usd / total;
  const average = total / calls.length;
  return [
    {
      kind: "expensive_call",
      severity: severityOf(share),
      what: `${most.name} (${most.model ?? "no model"}) cost ${dollars(most.cost_usd)} of ${dollars(total)} (${percent(share)}), with ${most.input_tokens ?? 0} tokens in and ${most.output_tokens ?? 0} out; a call of the run cost ${dollars(average)} on average.`,
      span_ids: idsOf(first),
      numbers: {
        cost_usd: most.cost_usd,
        run_usd: total,
        share_percent: rounded(share * 100),
        input_tokens: most.input_tokens ?? 0,
        output_tokens: most.output_tokens ?? 0,
      },
      suggestion:
        (most.input_tokens ?? 0) > 10 * (most.output_tokens ?? 0)
          ? "Its input is what costs: send less of it, or let the provider cache what comes again."
          : "Its answer is what costs: ask for a shorter one, or give this step to a smaller model.",
    },
  ];
}

const REASONS: Record<UnpricedReason, string> = {
  no_model: "The calls do not say which model they used: send gen_ai.request.model or gen_ai.response.model.",
  no_usage:
    "The calls reported no tokens; streams often leave them out. Ask for them: OpenAI's stream_options.include_usage, or the framework's setting for it.",
  partial_usage: "The calls reported only a part of their tokens: send input and output tokens.",
  unknown_provider: "The provider is not on the price list: set a price of your own for the model.",
  unknown_model: "The model is not on the price list: set a price of your own for it.",
  no_token_price: "The model has no price by the token: set one of your own.",
  local_model: "The model runs on your own machines: set a price of your own if it should count.",
  service_tier: "The service tier has no price: set one of your own for the model.",
  refused: "The provider refused the calls and does not bill them.",
};

function unknown(calls: readonly Step[]): Finding[] {
  const without = calls.filter(
    ({ cost_usd, unpriced }) => cost_usd === null && unpriced !== null && unpriced !== "refused",
  );
  return [...Map.groupBy(without, ({ unpriced }) => unpriced as UnpricedReason)].map(([reason, some]) => ({
    kind: "unknown_cost",
    severity: some.length === calls.length ? "medium" : "low",
    what: `What ${some.length} of ${calls.length} calls cost is not known (${reason}): ${[...new Set(some.map(({ model }) => model ?? "no model"))].slice(0, 3).join(", ")}.`,
    span_ids: idsOf(some),
    numbers: { unknown_count: some.length, calls_count: calls.length },
    suggestion: REASONS[reason],
  }));
}

function long(calls: readonly Step[]): Finding[] {
  const some = calls
    .filter(({ output_tokens }) => (output_tokens ?? 0) >= LONG_OUTPUT)
    .sort((a, b) => (b.output_tokens ?? 0) - (a.output_tokens ?? 0));
  const [most] = some;
  if (!most) return [];
  const sum = (of: readonly Step[]) => of.reduce((tokens, { output_tokens }) => tokens + (output_tokens ?? 0), 0);
  const share = sum(some) / sum(calls);
  const thought = most.reasoning_tokens ?? 0;
  return [
    {
      kind: "long_output",
      severity: share >= 0.5 ? "medium" : "low",
      what: `${some.length === 1 ? "A call" : `${some.length} calls`} wrote ${LONG_OUTPUT} tokens or more; ${most.name} the most, ${most.output_tokens}${thought > 0 ? ` (${thought} of them thinking)` : ""}${most.duration_ms === null ? "" : ` in ${inWords(most.duration_ms)}`}.`,
      span_ids: idsOf(some),
      numbers: {
        output_tokens: most.output_tokens ?? 0,
        reasoning_tokens: thought,
        share_of_output_percent: rounded(share * 100),
      },
      suggestion:
        thought > (most.output_tokens ?? 0) / 2
          ? "Most of it was thinking: lower the effort or the budget of thoughts for this step."
          : "Ask for less (a limit of tokens, a schema, only what changed): output takes the time and costs several times what input does.",
    },
  ];
}
