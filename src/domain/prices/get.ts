import { z } from "@hono/zod-openapi";
import { type Ctx, requireScope } from "../../context.ts";
import { customPriceSchema } from "./custom.ts";
import { LIST_VERSION } from "./list.ts";
import { readPrices } from "./load.ts";

/** A project's prices, as every door answers them. */
export const pricesSchema = z
  .object({
    version: z.string().nullable().openapi({ description: "null while the project has no prices of its own" }),
    updated_at: z.string().nullable(),
    prices: z.array(customPriceSchema).openapi({ description: "The project's own; the first that fits a call counts" }),
    list_version: z.string().openapi({ description: "The public list for all other models" }),
  })
  .openapi("Prices");
export type Prices = z.infer<typeof pricesSchema>;

/** The project's own prices and which public list stands behind them. */
export async function getPrices(ctx: Ctx): Promise<Prices> {
  requireScope(ctx, "read");
  const { version, prices, created_at } = await readPrices(ctx.env, ctx.projectId);
  return {
    version,
    updated_at: created_at === undefined ? null : new Date(created_at).toISOString(),
    prices: [...prices],
    list_version: LIST_VERSION,
  };
}
