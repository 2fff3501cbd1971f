import { z } from "@hono/zod-openapi";
import { getCost } from "../../domain/analytics/cost.ts";
import { getOverview } from "../../domain/analytics/overview.ts";
import { listSavings } from "../../domain/analytics/savings.ts";
import { type CostSums, forecastSchema, savingSchema } from "../../domain/analytics/schema.ts";
import {
  analyticsInput,
  analyticsQuery,
  EXAMPLES,
  exampleRun,
  exampleRunSchema,
  firstGroups,
  growth,
  MOST_POINTS,
  newest,
  rounded,
  topRuns,
} from "../analytics.ts";
import { defineTool } from "../tool.ts";

const count = z.number().int();
const usd = z.number().nullable();
const sumsSchema = z.object({
  count,
  error_count: count,
  cost_usd: usd.describe("US dollars that are known; null = of none is the cost known"),
  unpriced_count: count.describe("Those whose cost is not known and not in cost_usd"),
  input_tokens: count,
  cached_input_tokens: count,
  output_tokens: count,
});
const percent = z.number().nullable();

export const analyzeCost = defineTool({
  name: "analyze_cost",
  title: "Analyze cost",
  description:
    "What model calls (or runs) cost in a period: totals beside the equally long period before, the most expensive groups, a forecast of the month, " +
    "where money could be saved, and the most expensive runs. Go on with explain_run for one of those runs, or search_runs with a saving's filters.",
  scope: "read",
  input: analyticsInput,
  output: z.object({
    from: z.string(),
    to: z.string(),
    of: z.string(),
    group_by: z.string(),
    totals: sumsSchema,
    previous: sumsSchema.extend({ from: z.string() }).optional(),
    change_percent: z.object({ cost: percent, count: percent, input_tokens: percent, output_tokens: percent }),
    groups: z.array(
      sumsSchema.extend({
        group: z.string().describe("'' = not known"),
        share_percent: percent.describe("Of the known cost"),
      }),
    ),
    other_groups: count.describe("Groups that are not listed"),
    series: z
      .array(z.object({ start: z.string(), count, cost_usd: usd, unpriced_count: count }))
      .optional()
      .describe(`Of all groups together; the newest ${MOST_POINTS} steps`),
    series_cut: count.optional().describe("Older steps that are left out"),
    forecast: forecastSchema.nullable().describe("Of this month, by service and environment only"),
    forecast_reason: z.string().nullable(),
    savings: z
      .array(savingSchema.omit({ runs: true }).extend({ example_runs: z.array(z.string()) }))
      .describe("By service and environment only"),
    top_runs: z.array(exampleRunSchema),
  }),
  async run(ctx, args, { origin }) {
    const query = analyticsQuery(args);
    const { service, environment, granularity } = args;
    const narrow = { from: args.from, to: args.to, service, environment };
    const examples = Math.min(args.limit, EXAMPLES);
    const [cost, whole, overview, savings] = await Promise.all([
      getCost(ctx, query),
      granularity ? getCost(ctx, { ...query, group_by: "none", granularity, compare: undefined }) : undefined,
      getOverview(ctx, narrow),
      listSavings(ctx, narrow),
    ]);
    const { from, to, totals, previous } = cost;
    const runs = await topRuns(ctx, args, cost, "cost");
    const before = previous?.totals;
    const { groups, other_groups } = firstGroups(cost, args);
    return {
      from,
      to,
      of: cost.of,
      group_by: cost.group_by,
      totals: brief(totals),
      ...(previous ? { previous: { from: previous.from, ...brief(previous.totals) } } : {}),
      change_percent: {
        cost: growth(totals.cost_usd, before?.cost_usd ?? null),
        count: growth(totals.count, before?.count ?? null),
        input_tokens: growth(totals.input_tokens, before?.input_tokens ?? null),
        output_tokens: growth(totals.output_tokens, before?.output_tokens ?? null),
      },
      groups: groups.map((row) => ({
        group: row.group ?? "all",
        ...brief(row),
        share_percent:
          row.cost_usd === null || !totals.cost_usd ? null : rounded((row.cost_usd / totals.cost_usd) * 100),
      })),
      other_groups,
      ...newest(
        whole?.series?.map(({ start, count, cost_usd, unpriced_count }) => ({
          start,
          count,
          cost_usd,
          unpriced_count,
        })),
      ),
      forecast: overview.forecast,
      forecast_reason: overview.forecast_reason,
      savings: savings.data
        .slice(0, examples)
        .map(({ runs, ...saving }) => ({ ...saving, example_runs: runs.slice(0, 2) })),
      top_runs: runs.filter(({ cost_usd }) => cost_usd !== null).map((run) => exampleRun(run, origin)),
    };
  },
});

function brief(sums: CostSums): z.infer<typeof sumsSchema> {
  const { count, error_count, cost_usd, unpriced_count, input_tokens, cached_input_tokens, output_tokens } = sums;
  return { count, error_count, cost_usd, unpriced_count, input_tokens, cached_input_tokens, output_tokens };
}
