import { z } from "@hono/zod-openapi";
import { compareRuns } from "../../domain/compare/compare.ts";
import { compareLimits, comparisonSchema } from "../../domain/compare/schema.ts";
import { idArg } from "../ids.ts";
import { defineTool } from "../tool.ts";

/** Characters of an answer that the dashboard's address takes, twice. */
const ADDRESS_CHARS = 200;

const { limit, max_chars } = compareLimits;

export const compareRunsTool = defineTool({
  name: "compare_runs",
  title: "Compare two runs",
  description:
    "What differs between two runs, such as a good one and a bad one, or before and after a change: the path (spans only one of them has, that come more often or in another order), status, models, " +
    "tokens, cost and latency with the spans that make the difference, and the outputs. get_span shows a span that is named.",
  scope: "read",
  input: z.object({
    a: idArg.describe("A run's id: what you compare with"),
    b: idArg.describe("Another run's id: what you ask about"),
    limit: z
      .number()
      .int()
      .min(limit.least)
      .max(limit.most)
      .default(limit.usual)
      .describe("Entries of each list, the biggest difference first"),
    max_chars: z
      .number()
      .int()
      .min(max_chars.least)
      .max(max_chars.most)
      .default(max_chars.usual)
      .describe("Characters of the answer; a quarter of them is for the outputs' difference"),
  }),
  output: comparisonSchema,
  async run(ctx, { a, b, limit, max_chars }, { origin }) {
    const comparison = await compareRuns(ctx, a, b, { limit, max_chars: max_chars - ADDRESS_CHARS });
    const linked = (side: typeof comparison.a) => ({ ...side, url: origin + side.url });
    return { ...comparison, a: linked(comparison.a), b: linked(comparison.b) };
  },
});
