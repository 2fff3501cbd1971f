import { msFromNano, type Nano } from "../../events/nano.ts";
import type { CallCost, StepKind, TokenUsage, UnpricedReason } from "../../events/span.ts";
import { customLines, findCustom, type ProjectPrices } from "./custom.ts";
import { findListed, isLocal, LIST_VERSION, listPrice, type PriceLine, sumOf } from "./list.ts";

/** What a price depends on. */
export interface PricedCall {
  step: StepKind;
  model?: string | null | undefined;
  provider?: string | null | undefined;
  usage?: TokenUsage | null | undefined;
  service_tier?: string | undefined;
  refused?: true | undefined;
}

/** How a cost came about, for whoever wants to check it. */
export interface CostBasis {
  /** US dollars, the tier's factor included. */
  usd: number;
  version: string;
  /** `openai/gpt-4o-mini` of the list, or the pattern of the project's own price. */
  priced_as: string;
  lines: PriceLine[];
  /** What the provider's service tier multiplies the lines by. */
  factor: number;
}

/**
 * What providers' documentation takes off the list price of a tier. Any other tier has its own prices or contracts, which
 * no list has.
 */
const TIER_FACTORS: { [tier: string]: { [provider: string]: number } } = {
  batch: { openai: 0.5, azure: 0.5, anthropic: 0.5, mistral: 0.5, groq: 0.5 },
  flex: { openai: 0.5 },
};

/** What a call cost, in billionths of a dollar, or why nobody can tell. The project's own prices come before the list. */
export function priceCall(call: PricedCall, start: Nano, custom: ProjectPrices): CallCost {
  const basis = explainCost(call, start, custom);
  return typeof basis === "string"
    ? { nano_usd: null, reason: basis }
    : { nano_usd: Math.round(basis.usd * 1e9), version: basis.version };
}

/** The same with the lines that the cost is made of. */
export function explainCost(call: PricedCall, start: Nano, custom: ProjectPrices): CostBasis | UnpricedReason {
  const { model, usage } = call;
  const provider = call.provider ?? null;
  if (!usage && call.refused) return "refused";
  const own = model == null ? undefined : findCustom(custom, model, provider);
  if (own === undefined && isLocal(provider)) return "local_model";
  if (!usage) return "no_usage";
  const wantsOutput = call.step !== "embedding" && call.step !== "reranker";
  if (usage.input === null || (usage.output === null && wantsOutput)) return "partial_usage";
  if (model == null) return "no_model";

  if (own !== undefined) {
    const lines = customLines(own, usage);
    return { usd: sumOf(lines), version: custom.version ?? "", priced_as: own.model, lines, factor: 1 };
  }
  const listed = findListed(model, provider);
  if (typeof listed === "string") return listed;
  const factor = call.service_tier === undefined ? 1 : TIER_FACTORS[call.service_tier]?.[listed.provider.id];
  if (factor === undefined) return "service_tier";
  const price = listPrice(listed, usage, dateOf(start));
  if (price === undefined) return "no_token_price";
  const priced_as = `${listed.provider.id}/${listed.model.id}`;
  return { usd: price.usd * factor, version: LIST_VERSION, priced_as, lines: price.lines, factor };
}

/** A call without a time, or with one that cannot be, is priced as of now. */
function dateOf(start: Nano): Date {
  const date = new Date(start === "0" ? Number.NaN : msFromNano(start));
  return Number.isNaN(date.getTime()) ? new Date() : date;
}
