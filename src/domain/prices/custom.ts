import { z } from "@hono/zod-openapi";
import type { TokenUsage } from "../../events/span.ts";
import { countsOf, linesOf, type PriceLine } from "./list.ts";

const rate = z.number().min(0).max(1_000_000);

/** A price of a project's own. */
export const customPriceSchema = z
  .strictObject({
    model: z.string().trim().min(1).max(200).openapi({
      description: "The model's name as clients send it, in any case; `*` stands for any characters",
      example: "my-finetune-*",
    }),
    provider: z.string().trim().min(1).max(100).optional().openapi({
      description: "Only calls of this provider, as in `providers` of a run; left out: of any",
    }),
    input_usd_per_mtok: rate.openapi({ description: "US dollars per million input tokens" }),
    cached_input_usd_per_mtok: rate.optional().openapi({ description: "Left out: as input" }),
    cache_write_usd_per_mtok: rate.optional().openapi({ description: "Left out: as input" }),
    output_usd_per_mtok: rate.openapi({ description: "US dollars per million output tokens" }),
    reasoning_usd_per_mtok: rate.optional().openapi({ description: "Left out: as output" }),
  })
  .openapi("CustomPrice");
export type CustomPrice = z.infer<typeof customPriceSchema>;

/** A project's prices, ready to be asked. `version` is null while it has none of its own. */
export interface ProjectPrices {
  version: string | null;
  prices: readonly CustomPrice[];
}

export const NO_CUSTOM_PRICES: ProjectPrices = { version: null, prices: [] };

/** The first of the project's prices that fits a model; they come before the public list. */
export function findCustom(prices: ProjectPrices, model: string, provider: string | null): CustomPrice | undefined {
  return prices.prices.find(
    (price) =>
      (price.provider === undefined || price.provider.toLowerCase() === provider) && matches(price.model, model),
  );
}

/** Whether a name fits a pattern with `*`, case aside. Walks once over both: a pattern must not be able to hang us. */
export function matches(pattern: string, name: string): boolean {
  const text = name.toLowerCase();
  const [head = "", ...rest] = pattern.toLowerCase().split("*");
  if (!text.startsWith(head)) return false;
  if (rest.length === 0) return text.length === head.length;
  const tail = rest.pop() ?? "";
  let at = head.length;
  for (const piece of rest) {
    const next = text.indexOf(piece, at);
    if (next < 0) return false;
    at = next + piece.length;
  }
  return text.length - tail.length >= at && text.endsWith(tail);
}

/** The lines of a call's cost by a price of the project. */
export function customLines(price: CustomPrice, usage: TokenUsage): PriceLine[] {
  return linesOf(
    {
      input: price.input_usd_per_mtok,
      inputAudio: undefined,
      cached: price.cached_input_usd_per_mtok,
      written: price.cache_write_usd_per_mtok,
      written1h: undefined,
      output: price.output_usd_per_mtok,
      outputAudio: undefined,
      reasoning: price.reasoning_usd_per_mtok,
    },
    countsOf(usage),
  );
}
