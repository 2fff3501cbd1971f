import { createRoute, z } from "@hono/zod-openapi";
import { compareRuns } from "../../domain/compare/compare.ts";
import { compareLimits, comparisonSchema } from "../../domain/compare/schema.ts";
import { answer, router } from "../openapi.ts";

const id = z.string().min(1).max(128);
const { limit, max_chars } = compareLimits;

const compare = createRoute({
  method: "get",
  path: "/api/runs/{id}/compare/{other}",
  summary: "Where two runs differ: path, status, tokens, cost, latency, models and output",
  request: {
    params: z.object({ id, other: id }),
    query: z.object({
      limit: z.coerce.number().int().min(limit.least).max(limit.most).default(limit.usual),
      max_chars: z.coerce.number().int().min(max_chars.least).max(max_chars.most).default(max_chars.most),
    }),
  },
  responses: answer(comparisonSchema, "`a` is the run, `b` the other"),
});

export function compareRoutes() {
  return router().openapi(compare, async (c) => {
    const { id, other } = c.req.valid("param");
    return c.json(await compareRuns(c.get("ctx"), id, other, c.req.valid("query")), 200);
  });
}
