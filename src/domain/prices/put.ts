import { drizzle } from "drizzle-orm/d1";
import { type Ctx, requireScope } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { priceLists } from "../../db/schema/index.ts";
import { AppError } from "../../errors.ts";
import type { CustomPrice } from "./custom.ts";
import { getPrices, type Prices } from "./get.ts";
import { readPrices, rememberPrices, versionName, versionNumber } from "./load.ts";

/**
 * Replaces the project's own prices. From now on calls are priced by them; what was priced before stays until it is
 * repriced. The same prices again change nothing.
 * @throws AppError `conflict` if somebody else replaced them at the same moment
 */
export async function putPrices(ctx: Ctx, prices: CustomPrice[]): Promise<Prices> {
  requireScope(ctx, "write");
  const now = await readPrices(ctx.env, ctx.projectId);
  if (JSON.stringify(now.prices) !== JSON.stringify(prices)) {
    const version = (now.version === null ? 0 : (versionNumber(now.version) ?? 0)) + 1;
    const inserted = await drizzle(dbFor(ctx.env, ctx.projectId))
      .insert(priceLists)
      .values({ project_id: ctx.projectId, version, prices: JSON.stringify(prices), created_at: Date.now() })
      .onConflictDoNothing()
      .returning({ version: priceLists.version });
    if (inserted.length === 0) {
      throw new AppError("conflict", "The prices were replaced at the same moment. Read them and try again.");
    }
    rememberPrices(ctx.projectId, { version: versionName(version), prices });
  }
  return getPrices(ctx);
}
