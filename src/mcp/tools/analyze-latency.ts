import { z } from "@hono/zod-openapi";
import { getLatency } from "../../domain/analytics/latency.ts";
import type { LatencySums } from "../../domain/analytics/schema.ts";
import {
  analyticsInput,
  analyticsQuery,
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
const ms = z.number().nullable();
const sumsSchema = z.object({ count, error_count: count, avg_ms: ms, p50_ms: ms, p95_ms: ms, p99_ms: ms });
const percent = z.number().nullable();

export const analyzeLatency = defineTool({
  name: "analyze_latency",
  title: "Analyze latency",
  description:
    "How long model calls (or runs) took in a period, in milliseconds: average and percentiles beside the equally long period before, by group, and the slowest runs. " +
    "Go on with explain_run (focus latency) for one of those runs.",
  scope: "read",
  input: analyticsInput,
  output: z.object({
    from: z.string(),
    to: z.string(),
    of: z.string(),
    group_by: z.string(),
    relative_error: z
      .number()
      .describe("How far a percentile may be from the exact one, as a share; averages are exact"),
    totals: sumsSchema,
    previous: sumsSchema.extend({ from: z.string() }).optional(),
    change_percent: z.object({ count: percent, avg: percent, p50: percent, p95: percent, p99: percent }),
    groups: z
      .array(sumsSchema.extend({ group: z.string().describe("'' = not known") }))
      .describe("The most frequent first"),
    other_groups: count.describe("Groups that are not listed"),
    series: z
      .array(z.object({ start: z.string(), count, p50_ms: ms, p95_ms: ms }))
      .optional()
      .describe(`Of all groups together; the newest ${MOST_POINTS} steps`),
    series_cut: count.optional().describe("Older steps that are left out"),
    slowest_runs: z.array(exampleRunSchema),
  }),
  async run(ctx, args, { origin }) {
    const query = analyticsQuery(args);
    const { granularity } = args;
    const [latency, whole] = await Promise.all([
      getLatency(ctx, query),
      granularity ? getLatency(ctx, { ...query, group_by: "none", granularity, compare: undefined }) : undefined,
    ]);
    const { from, to, totals, previous } = latency;
    const runs = await topRuns(ctx, args, latency, "duration");
    const before = previous?.totals;
    const { groups, other_groups } = firstGroups(latency, args);
    return {
      from,
      to,
      of: latency.of,
      group_by: latency.group_by,
      relative_error: latency.relative_error,
      totals: brief(totals),
      ...(previous ? { previous: { from: previous.from, ...brief(previous.totals) } } : {}),
      change_percent: {
        count: growth(totals.count, before?.count ?? null),
        avg: growth(totals.avg_ms, before?.avg_ms ?? null),
        p50: growth(totals.p50_ms, before?.p50_ms ?? null),
        p95: growth(totals.p95_ms, before?.p95_ms ?? null),
        p99: growth(totals.p99_ms, before?.p99_ms ?? null),
      },
      groups: groups.map((row) => ({ group: row.group ?? "all", ...brief(row) })),
      other_groups,
      ...newest(
        whole?.series?.map(({ start, count, p50_ms, p95_ms }) => ({
          start,
          count,
          p50_ms: rounded(p50_ms),
          p95_ms: rounded(p95_ms),
        })),
      ),
      slowest_runs: runs.filter(({ duration_ms }) => duration_ms !== null).map((run) => exampleRun(run, origin)),
    };
  },
});

function brief({ count, error_count, avg_ms, p50_ms, p95_ms, p99_ms }: LatencySums): z.infer<typeof sumsSchema> {
  return {
    count,
    error_count,
    avg_ms: rounded(avg_ms),
    p50_ms: rounded(p50_ms),
    p95_ms: rounded(p95_ms),
    p99_ms: rounded(p99_ms),
  };
}
