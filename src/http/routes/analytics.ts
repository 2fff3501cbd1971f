import { createRoute, z } from "@hono/zod-openapi";
import { getCost } from "../../domain/analytics/cost.ts";
import { type Cell, csvOf } from "../../domain/analytics/csv.ts";
import { getLatency } from "../../domain/analytics/latency.ts";
import { listModels } from "../../domain/analytics/models.ts";
import { getOverview } from "../../domain/analytics/overview.ts";
import { GRANULARITIES, type Granularity } from "../../domain/analytics/range.ts";
import { listSavings } from "../../domain/analytics/savings.ts";
import {
  costSchema,
  costSumsSchema,
  latencySchema,
  latencySumsSchema,
  modelSumsSchema,
  modelsSchema,
  overviewSchema,
  savingsSchema,
  topSchema,
} from "../../domain/analytics/schema.ts";
import { listTop } from "../../domain/analytics/top.ts";
import { MAX_VALUES } from "../../domain/runs/filter.ts";
import { answer, router } from "../openapi.ts";

/** Values of one filter: what a page offers to be chosen at once. */
const MOST_VALUES = 20;

const time = z.string().min(1).max(100);
const value = z.string().max(1000);
const values = z
  .union([value.transform((one) => [one]), z.array(value).max(MOST_VALUES)])
  .optional()
  .openapi({ description: "Repeat it for any of several; empty for those that do not know theirs" });
/** The same of runs, whose list knows no empty values. */
const names = z
  .union([value.min(1).transform((one) => [one]), z.array(value.min(1)).max(MAX_VALUES)])
  .optional()
  .openapi({ description: "Repeat it for any of several" });

const range = z.object({
  from: time.optional().openapi({ description: "RFC 3339, inclusive; a day before `to` if left out" }),
  to: time.optional().openapi({ description: "RFC 3339, exclusive; now if left out" }),
});
const compare = z
  .enum(["previous"])
  .optional()
  .openapi({ description: "`previous`: the totals of the equally long span before as well" });

const format = z
  .enum(["json", "csv"])
  .default("json")
  .openapi({ description: "`csv`: the list as a table, or the series if there is one; the group `*` is null" });

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
  format,
});

/** A list that may be asked for as a table. */
function listed<T extends z.ZodType>(schema: T, description: string) {
  const { 200: json, default: failure } = answer(schema, description);
  const content = { ...json.content, "text/csv": { schema: z.string() } };
  return { 200: { description, content }, default: failure };
}

const cost = createRoute({
  method: "get",
  path: "/api/analytics/cost",
  summary: "What calls or runs cost, by group and over time",
  request: { query: analyticsQuery },
  responses: listed(costSchema, "Groups, the most expensive first"),
});
const latency = createRoute({
  method: "get",
  path: "/api/analytics/latency",
  summary: "How long calls or runs took, by group and over time",
  request: { query: analyticsQuery },
  responses: listed(latencySchema, "Groups, the most frequent first"),
});
const overview = createRoute({
  method: "get",
  path: "/api/analytics/overview",
  summary: "Runs, calls, tokens and cost at a glance, and what the month will have cost",
  request: { query: range.extend({ compare, service: values, environment: values }) },
  responses: answer(overviewSchema, "The sums of the range"),
});

const models = createRoute({
  method: "get",
  path: "/api/analytics/models",
  summary: "What each model did, took and cost",
  request: { query: range.extend({ service: values, model: values, provider: values, environment: values, format }) },
  responses: listed(modelsSchema, "Models by provider, the most expensive first"),
});
const top = createRoute({
  method: "get",
  path: "/api/analytics/top",
  summary: "The most expensive runs, sessions or users",
  request: {
    query: range.extend({
      of: z.enum(["runs", "sessions", "users"]).default("runs"),
      service: names,
      environment: names,
      limit: z.coerce.number().int().min(1).max(100).default(10),
      format,
    }),
  },
  responses: listed(topSchema, "The most expensive first"),
});

const savings = createRoute({
  method: "get",
  path: "/api/analytics/savings",
  summary: "Where a range could have cost less, and the runs that show it",
  request: { query: range.extend({ service: values, environment: values, format }) },
  responses: listed(savingsSchema, "What may save most first"),
});

export function analyticsRoutes() {
  return router()
    .openapi(cost, async (c) => {
      const { format, ...query } = c.req.valid("query");
      const found = await getCost(c.get("ctx"), query);
      if (format === "json") return c.json(found, 200);
      const { data, series } = found;
      return series
        ? table("cost", ["start", "group", ...POINT_COLUMNS], series.map(named))
        : table("cost", ["group", ...keysOf(costSumsSchema)], data.map(named));
    })
    .openapi(latency, async (c) => {
      const { format, ...query } = c.req.valid("query");
      const found = await getLatency(c.get("ctx"), query);
      if (format === "json") return c.json(found, 200);
      const { data, series } = found;
      const columns = ["group", ...keysOf(latencySumsSchema)] as const;
      return series
        ? table("latency", ["start", ...columns], series.map(named))
        : table("latency", columns, data.map(named));
    })
    .openapi(overview, async (c) => c.json(await getOverview(c.get("ctx"), c.req.valid("query")), 200))
    .openapi(models, async (c) => {
      const { format, ...query } = c.req.valid("query");
      const found = await listModels(c.get("ctx"), query);
      if (format === "json") return c.json(found, 200);
      const rows = found.data.map(({ previous, ...row }) => ({
        ...row,
        previous_count: previous?.count,
        previous_cost_usd: previous?.cost_usd,
        previous_p50_ms: previous?.p50_ms,
      }));
      const { previous: _, ...own } = modelSumsSchema.shape;
      const columns = [...keysOf({ shape: own }), "previous_count", "previous_cost_usd", "previous_p50_ms"] as const;
      return table("models", columns, rows);
    })
    .openapi(top, async (c) => {
      const { format, ...query } = c.req.valid("query");
      const found = await listTop(c.get("ctx"), query);
      return format === "json" ? c.json(found, 200) : table(`top-${query.of}`, TOP_COLUMNS, found.data);
    })
    .openapi(savings, async (c) => {
      const { format, ...query } = c.req.valid("query");
      const found = await listSavings(c.get("ctx"), query);
      if (format === "json") return c.json(found, 200);
      const rows = found.data.map(({ estimated_usd, runs, filters, ...row }) => ({
        ...row,
        low_usd: estimated_usd?.low,
        high_usd: estimated_usd?.high,
        runs: runs.join(" "),
        filters: new URLSearchParams(filters).toString(),
      }));
      return table("savings", ["kind", "title", "why", "low_usd", "high_usd", "runs", "filters"], rows);
    });
}

const POINT_COLUMNS = ["count", "error_count", "input_tokens", "output_tokens", "cost_usd", "unpriced_count"] as const;
const TOP_COLUMNS = ["id", "name", "run_count", "llm_call_count", "cost_usd", "unpriced_count", "url"] as const;

/** A cell cannot tell null from '', which is what is not known: all, or all others, are `*`. */
function named<T extends { group: string | null }>(row: T): T {
  return { ...row, group: row.group ?? "*" };
}

/** The columns of a row: its schema's fields, in their order. */
function keysOf<T extends object>({ shape }: { shape: T }): (keyof T & string)[] {
  return Object.keys(shape) as (keyof T & string)[];
}

/** Rows as a file of comma-separated values. */
function table<K extends string>(name: string, columns: readonly K[], rows: readonly Partial<Record<K, Cell>>[]) {
  return new Response(csvOf(columns, rows), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="runlight-${name}.csv"`,
    },
  });
}
