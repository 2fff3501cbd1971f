import { createRoute, z } from "@hono/zod-openapi";
import { getCost } from "../../domain/analytics/cost.ts";
import { getLatency } from "../../domain/analytics/latency.ts";
import { getOverview } from "../../domain/analytics/overview.ts";
import { GRANULARITIES, type Granularity } from "../../domain/analytics/range.ts";
import { costSchema, latencySchema, overviewSchema } from "../../domain/analytics/schema.ts";
import { answer, router } from "../openapi.ts";

/** Values of one filter: what a page offers to be chosen at once. */
const MOST_VALUES = 20;

const time = z.string().min(1).max(100);
const value = z.string().max(1000);
const values = z
  .union([value.transform((one) => [one]), z.array(value).max(MOST_VALUES)])
  .optional()
  .openapi({ description: "Repeat it for any of several; empty for those that do not know theirs" });

const range = z.object({
  from: time.optional().openapi({ description: "RFC 3339, inclusive; a day before `to` if left out" }),
  to: time.optional().openapi({ description: "RFC 3339, exclusive; now if left out" }),
});
const compare = z
  .enum(["previous"])
  .optional()
  .openapi({ description: "`previous`: the totals of the equally long span before as well" });

const analyticsQuery = range.extend({
  of: z.enum(["calls", "runs"]).default("calls").openapi({ description: "What is counted, by when it began" }),
  group_by: z.enum(["none", "service", "model", "provider", "environment", "operation", "user", "tag"]).default("none"),
  granularity: z
    .enum(Object.keys(GRANULARITIES) as [Granularity, ...Granularity[]])
    .optional()
    .openapi({ description: "Steps of a series, in UTC; weeks begin on Monday. Without it there is no series" }),
  compare,
  service: values,
  model: values,
  provider: values,
  environment: values,
});

const cost = createRoute({
  method: "get",
  path: "/api/analytics/cost",
  summary: "What calls or runs cost, by group and over time",
  request: { query: analyticsQuery },
  responses: answer(costSchema, "Groups, the most expensive first"),
});
const latency = createRoute({
  method: "get",
  path: "/api/analytics/latency",
  summary: "How long calls or runs took, by group and over time",
  request: { query: analyticsQuery },
  responses: answer(latencySchema, "Groups, the most frequent first"),
});
const overview = createRoute({
  method: "get",
  path: "/api/analytics/overview",
  summary: "Runs, calls, tokens and cost at a glance, and what the month will have cost",
  request: { query: range.extend({ compare, service: values, environment: values }) },
  responses: answer(overviewSchema, "The sums of the range"),
});

export function analyticsRoutes() {
  return router()
    .openapi(cost, async (c) => c.json(await getCost(c.get("ctx"), c.req.valid("query")), 200))
    .openapi(latency, async (c) => c.json(await getLatency(c.get("ctx"), c.req.valid("query")), 200))
    .openapi(overview, async (c) => c.json(await getOverview(c.get("ctx"), c.req.valid("query")), 200));
}
