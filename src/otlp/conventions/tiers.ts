import type { AttributeValue } from "../../events/span.ts";
import type { FactsDraft } from "./convention.ts";
import { label } from "./values.ts";

/** Names of the tier that the list price is for, or of leaving the choice to the provider. */
const STANDARD = new Set(["default", "standard", "auto", "on_demand", "standard_only"]);

/**
 * Keeps the service tier of a call unless it is the standard one. Hand over the provider's answer before the request:
 * a call that asked for `priority` may have been answered as `default`.
 */
export function addTier(draft: FactsDraft, sent: unknown): void {
  if (draft.service_tier !== undefined) return;
  const tier = label(sent as AttributeValue | undefined)
    ?.trim()
    .toLowerCase();
  if (tier !== undefined && tier !== "" && !STANDARD.has(tier)) draft.service_tier = tier;
}

/** The tier in a provider's usage object or whole answer. Anthropic's fast mode is a price of its own, though no tier. */
export function tierOf(answer: { [field: string]: unknown }): unknown {
  const { service_tier: tier, speed } = answer;
  return speed === "fast" && (typeof tier !== "string" || STANDARD.has(tier)) ? speed : tier;
}
