import { createRoute, z } from "@hono/zod-openapi";
import { findErrors, MOST_RUNS } from "../../domain/errors/find.ts";
import { errorsSchema } from "../../domain/errors/schema.ts";
import { answer, router } from "../openapi.ts";
import { runFilterQuery } from "../run-query.ts";

const find = createRoute({
  method: "get",
  path: "/api/errors",
  summary: "What failed, by cause: failed spans of the newest runs with an error",
  request: {
    query: runFilterQuery.omit({ has_error: true, status: true }).extend({
      limit: z.coerce.number().int().min(1).max(100).default(20),
      max_runs: z.coerce.number().int().min(1).max(MOST_RUNS).default(50),
    }),
  },
  responses: answer(errorsSchema, "The most frequent causes first"),
});

export function errorRoutes() {
  return router().openapi(find, async (c) => c.json(await findErrors(c.get("ctx"), c.req.valid("query")), 200));
}
