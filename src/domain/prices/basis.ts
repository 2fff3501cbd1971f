import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Ctx } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { priceLists } from "../../db/schema/index.ts";
import type { Nano } from "../../events/nano.ts";
import { type CustomPrice, NO_CUSTOM_PRICES, type ProjectPrices } from "./custom.ts";
import { LIST_VERSION } from "./list.ts";
import { versionName, versionNumber } from "./load.ts";
import { type CostBasis, explainCost, type PricedCall } from "./price-call.ts";

/**
 * How a call's cost by a certain price list came about. Computed when asked, as it follows from the call and the list.
 * @returns null if the list of that version is not at hand any more
 */
export async function costBasis(
  ctx: Ctx,
  call: PricedCall,
  start: Nano,
  version: string,
): Promise<Omit<CostBasis, "usd"> | null> {
  const prices = await pricesOf(ctx, version);
  if (prices === null) return null;
  const basis = explainCost(call, start, prices);
  if (typeof basis === "string" || basis.version !== version) return null;
  const { usd: _, ...rest } = basis;
  return rest;
}

async function pricesOf(ctx: Ctx, version: string): Promise<ProjectPrices | null> {
  if (version === LIST_VERSION) return NO_CUSTOM_PRICES;
  const number = versionNumber(version);
  if (number === null) return null;
  const [row] = await drizzle(dbFor(ctx.env, ctx.projectId))
    .select()
    .from(priceLists)
    .where(and(eq(priceLists.project_id, ctx.projectId), eq(priceLists.version, number)));
  return row ? { version: versionName(row.version), prices: JSON.parse(row.prices) as CustomPrice[] } : null;
}
