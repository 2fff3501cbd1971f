import { z } from "@hono/zod-openapi";

const count = z.number().int();
const time = z.string().openapi({ format: "date-time", example: "2026-11-21T09:00:00.000Z" });
const ms = z.number().nullable().openapi({ description: "Milliseconds; null = none has ended" });
const group = z
  .string()
  .nullable()
  .openapi({ description: "'' = not known; null = all, or all the groups that are not listed" });

/** What was counted: whole steps. */
const span = z.object({
  from: time,
  to: time.openapi({ description: "Exclusive" }),
  step: z.enum(["minute", "hour"]).openapi({ description: "What the range was widened to whole steps of" }),
});

const cost = z
  .number()
  .nullable()
  .openapi({ description: "US dollars that are known; null = of none is the cost known, never 0 for that" });
const unpriced = count.openapi({ description: "Of `count`: those whose cost is not known and not in `cost_usd`" });

export const costSumsSchema = z.object({
  count,
  error_count: count,
  input_tokens: count,
  cached_input_tokens: count.openapi({ description: "Part of input_tokens" }),
  cache_write_tokens: count,
  output_tokens: count,
  reasoning_tokens: count,
  cost_usd: cost,
  unpriced_count: unpriced,
});
export type CostSums = z.infer<typeof costSumsSchema>;

const head = span.extend({
  of: z.enum(["calls", "runs"]),
  group_by: z.string(),
  other_groups: count.openapi({ description: "Groups that the last row, whose group is null, stands for" }),
});

export const costSchema = head
  .extend({
    data: z.array(costSumsSchema.extend({ group })),
    totals: costSumsSchema,
    previous: span.extend({ totals: costSumsSchema }).optional(),
    series: z
      .array(
        z.object({
          start: time.openapi({ description: "Start of the step, in UTC; steps without any are left out" }),
          group,
          count,
          error_count: count,
          input_tokens: count,
          output_tokens: count,
          cost_usd: cost,
          unpriced_count: unpriced,
        }),
      )
      .optional(),
  })
  .openapi("CostAnalytics");
export type CostAnalytics = z.infer<typeof costSchema>;

export const latencySumsSchema = z.object({
  count,
  error_count: count,
  avg_ms: ms,
  p50_ms: ms,
  p95_ms: ms,
  p99_ms: ms,
});
export type LatencySums = z.infer<typeof latencySumsSchema>;

export const latencySchema = head
  .extend({
    relative_error: z.number().openapi({ description: "How far a percentile may be from the exact one, as a share" }),
    data: z.array(latencySumsSchema.extend({ group })),
    totals: latencySumsSchema,
    previous: span.extend({ totals: latencySumsSchema }).optional(),
    series: z.array(latencySumsSchema.extend({ start: time, group })).optional(),
  })
  .openapi("LatencyAnalytics");
export type LatencyAnalytics = z.infer<typeof latencySchema>;

export const overviewSumsSchema = z.object({
  runs: z.object({ count, error_count: count, p50_ms: ms, p95_ms: ms }),
  calls: z.object({ count, error_count: count, p50_ms: ms, p95_ms: ms, p99_ms: ms }),
  tokens: z.object({ input: count, cached_input: count, output: count, reasoning: count }),
  cost_usd: cost,
  unpriced_count: unpriced,
  cache_hit_rate: z.number().nullable().openapi({ description: "Cached input tokens / input tokens" }),
});
export type OverviewSums = z.infer<typeof overviewSumsSchema>;

export const forecastSchema = z.object({
  month: z.string().openapi({ example: "2026-11" }),
  so_far_usd: z.number(),
  expected_usd: z.number().openapi({ description: "At the end of the month" }),
  low_usd: z.number().openapi({ description: "With a probability of 80 % it is between low_usd and high_usd" }),
  high_usd: z.number(),
  basis: z.string().openapi({ description: "What it is computed from, in words" }),
});
export type Forecast = z.infer<typeof forecastSchema>;

export const overviewSchema = span
  .extend({
    ...overviewSumsSchema.shape,
    previous: span.extend(overviewSumsSchema.shape).optional(),
    forecast: forecastSchema.nullable(),
    forecast_reason: z.string().nullable().openapi({ description: "Why there is no forecast; null if there is one" }),
  })
  .openapi("AnalyticsOverview");
export type AnalyticsOverview = z.infer<typeof overviewSchema>;

const share = z.number().nullable();
const usd = z.number().nullable();

export const modelSumsSchema = z.object({
  model: z.string().openapi({ description: "'' = not known" }),
  provider: z.string().openapi({ description: "'' = not known" }),
  count,
  error_count: count,
  error_rate: share,
  input_tokens: count,
  cached_input_tokens: count,
  output_tokens: count,
  cost_usd: cost,
  unpriced_count: unpriced,
  cost_per_call_usd: usd.openapi({ description: "Of the calls whose cost is known" }),
  cost_per_1k_output_usd: usd.openapi({ description: "All cost, input included; null if some cost is not known" }),
  p50_ms: ms,
  p95_ms: ms,
  cache_hit_rate: share,
  output_tokens_per_second: share.openapi({ description: "Over whole calls; null if some have not ended" }),
  previous: z
    .object({ count, cost_usd: cost, p50_ms: ms })
    .nullable()
    .openapi({ description: "In the equally long span before; null = it was not called" }),
});
export type ModelSums = z.infer<typeof modelSumsSchema>;

export const modelsSchema = span
  .extend({ previous: span, other_groups: count, data: z.array(modelSumsSchema) })
  .openapi("ModelAnalytics");
export type ModelAnalytics = z.infer<typeof modelsSchema>;

const topRowSchema = z.object({
  id: z.string(),
  name: z.string().nullable(),
  run_count: count,
  llm_call_count: count,
  cost_usd: cost,
  unpriced_count: count.openapi({ description: "Calls whose cost is not known" }),
  url: z.string().openapi({ description: "Its page in the dashboard" }),
});
export type TopRow = z.infer<typeof topRowSchema>;

export const topSchema = span
  .extend({
    of: z.enum(["runs", "sessions", "users"]),
    approximate: z.boolean().openapi({ description: "Only the 2,000 most expensive runs were looked at, not all" }),
    data: z.array(topRowSchema),
  })
  .openapi("TopAnalytics");
export type TopAnalytics = z.infer<typeof topSchema>;

export const savingSchema = z.object({
  kind: z.enum(["cache", "smaller_model", "retries"]),
  title: z.string(),
  why: z.string().openapi({ description: "The figures it is concluded from" }),
  estimated_usd: z
    .object({ low: z.number(), high: z.number() })
    .nullable()
    .openapi({ description: "US dollars that the range would have cost less; null = nobody can tell" }),
  runs: z.array(z.string()).openapi({ description: "Runs that show it, of those that were looked at" }),
  filters: z.record(z.string(), z.string()).openapi({ description: "Parameters of GET /api/runs that find such runs" }),
});
export type Saving = z.infer<typeof savingSchema>;

export const savingsSchema = span
  .extend({
    looked_at: z.object({
      runs: count.openapi({ description: "The newest of the range, 500 at the most" }),
      calls: count,
      all: z.boolean().openapi({ description: "Whether these are all of the range" }),
    }),
    data: z.array(savingSchema),
  })
  .openapi("SavingsAnalytics");
export type SavingsAnalytics = z.infer<typeof savingsSchema>;
