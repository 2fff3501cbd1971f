import type { AttributeValue } from "../../events/span.ts";
import type { FactsDraft } from "./convention.ts";
import { isObject } from "./messages.ts";
import { addCost } from "./money.ts";
import { addTier, tierOf } from "./tiers.ts";
import { parseJson } from "./values.ts";

/** Parsing is dear and most answers say nothing of interest, so the text is looked at first. */
const COST = /"cost":/;
const TIER = /"(?:service_?tier|speed)": ?"(?!default"|standard"|auto"|on_demand"|normal")/i;

/**
 * What a provider's answer says beside the text, as Vercel's AI SDK and those who build on it pass it on: an object for
 * each provider, where Vercel's gateway and OpenRouter have the cost.
 * @see https://ai-sdk.dev/docs/ai-sdk-core/telemetry
 */
export function readProviderMetadata(draft: FactsDraft, sent: AttributeValue | undefined): void {
  if (typeof sent !== "string" || !(COST.test(sent) || TIER.test(sent))) return;
  const read = parseJson(sent);
  if (!isObject(read)) return;
  for (const [provider, answer] of Object.entries(read)) {
    if (!isObject(answer)) continue;
    const usage = isObject(answer.usage) ? answer.usage : {};
    if (provider === "gateway") addCost(draft, answer.cost);
    if (provider === "openrouter") addCost(draft, usage.cost);
    addTier(draft, answer.serviceTier);
    addTier(draft, tierOf(usage));
  }
}
