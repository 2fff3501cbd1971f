import { z } from "@hono/zod-openapi";
import { compare, readSides } from "../../domain/compare/compare.ts";
import { comparisonSchema } from "../../domain/compare/schema.ts";
import { defineTool } from "../tool.ts";

/** Entries of each list: as many as there is room for. */
const LENGTHS = [20, 10, 6, 4, 2, 1, 0];

const id = z.string().min(1).max(128);

export const compareRuns = defineTool({
  name: "compare_runs",
  title: "Compare two runs",
  description:
    "What differs between two runs, such as a good one and a bad one, or before and after a change: the path (spans only one of them has, that come more often or in another order), status, models, " +
    "tokens, cost and latency with the spans that make the difference, and the outputs. get_span shows a span that is named.",
  scope: "read",
  input: z.object({
    a: id.describe("A run's id: what you compare with"),
    b: id.describe("Another run's id: what you ask about"),
    max_chars: z
      .number()
      .int()
      .min(2000)
      .max(100_000)
      .default(6000)
      .describe("Characters of the answer; more of them = longer lists and more of the outputs' difference"),
  }),
  output: comparisonSchema,
  async run(ctx, { a, b, max_chars }, { origin }) {
    const [sideA, sideB] = await readSides(ctx, a, b);
    const diffChars = Math.floor(max_chars / 4);
    let comparison = compare(sideA, sideB, { most: LENGTHS[0] as number, diffChars });
    for (const most of LENGTHS.slice(1)) {
      if (JSON.stringify(comparison).length <= max_chars) break;
      comparison = compare(sideA, sideB, { most, diffChars });
    }
    const linked = (side: typeof comparison.a) => ({ ...side, url: origin + side.url });
    return { ...comparison, a: linked(comparison.a), b: linked(comparison.b) };
  },
});
