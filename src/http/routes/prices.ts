import { createRoute, z } from "@hono/zod-openapi";
import { getJob } from "../../domain/jobs/get.ts";
import { listJobs } from "../../domain/jobs/list.ts";
import { jobSchema } from "../../domain/jobs/schema.ts";
import { customPriceSchema } from "../../domain/prices/custom.ts";
import { getPrices, pricesSchema } from "../../domain/prices/get.ts";
import { putPrices } from "../../domain/prices/put.ts";
import { reprice } from "../../domain/prices/reprice.ts";
import { listOf } from "../../domain/runs/schema.ts";
import { accepted, answer, router } from "../openapi.ts";

/** Prices of one project: each call is compared with all of them. */
const MAX_PRICES = 1_000;

const json = <T extends z.ZodType>(schema: T) => ({ content: { "application/json": { schema } }, required: true });

const get = createRoute({
  method: "get",
  path: "/api/prices",
  summary: "The project's own prices, and the public list behind them",
  responses: answer(pricesSchema, "The prices"),
});
const put = createRoute({
  method: "put",
  path: "/api/prices",
  summary: "Replaces the project's own prices; calls of the past keep their cost until they are repriced",
  request: { body: json(z.strictObject({ prices: z.array(customPriceSchema).max(MAX_PRICES) })) },
  responses: answer(pricesSchema, "The prices as they are now"),
});
const repriceRoute = createRoute({
  method: "post",
  path: "/api/prices/reprice",
  summary: "Computes costs anew, by the prices of today, in runs that started in a span of time",
  request: {
    body: json(
      z.strictObject({
        from: z.string().max(100).openapi({ description: "RFC 3339, inclusive" }),
        to: z.string().max(100).openapi({ description: "RFC 3339, exclusive" }),
      }),
    ),
  },
  responses: accepted(jobSchema, "The job"),
});
const jobs = createRoute({
  method: "get",
  path: "/api/jobs",
  summary: "Background jobs, newest first",
  request: {
    query: z.object({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.coerce.number().int().min(1).optional(),
    }),
  },
  responses: answer(listOf(jobSchema), "A page of jobs"),
});
const job = createRoute({
  method: "get",
  path: "/api/jobs/{id}",
  summary: "A background job and how far it has come",
  request: { params: z.object({ id: z.string().min(1).max(128) }) },
  responses: answer(jobSchema, "The job"),
});

export function priceRoutes() {
  return router()
    .openapi(get, async (c) => c.json(await getPrices(c.get("ctx")), 200))
    .openapi(put, async (c) => c.json(await putPrices(c.get("ctx"), c.req.valid("json").prices), 200))
    .openapi(repriceRoute, async (c) => c.json(await reprice(c.get("ctx"), c.req.valid("json")), 202))
    .openapi(jobs, async (c) => c.json(await listJobs(c.get("ctx"), c.req.valid("query")), 200))
    .openapi(job, async (c) => c.json(await getJob(c.get("ctx"), c.req.valid("param").id), 200));
}
