import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import { DAYS_BACK, forecastMonth, monthOf } from "./forecast.ts";
import { answered, NOTHING, type RangeQuery, resolveRange, type Span } from "./range.ts";
import type { AnalyticsOverview, OverviewSums } from "./schema.ts";
import {
  type AnalyticsFilter,
  ask,
  groupsQuery,
  type Query,
  type SumRow,
  seriesQuery,
  type TimesRow,
  timesQuery,
} from "./source.ts";
import { costOf, msAt, noSums } from "./sums.ts";
import { timesOf } from "./times.ts";

const DAY = 86_400;

export type OverviewQuery = Pick<RangeQuery, "from" | "to" | "compare"> &
  Pick<AnalyticsFilter, "service" | "environment">;

type Row = SumRow & TimesRow;

/** What the project does at a glance: runs, calls, tokens, cost, and what the month will have cost. */
export async function getOverview(ctx: Ctx, query: OverviewQuery): Promise<AnalyticsOverview> {
  requireScope(ctx, "read");
  const now = Date.now();
  const { span, previous } = resolveRange(query, now);
  const filter = { service: query.service, environment: query.environment };
  const slice = (of: "calls" | "runs", within: Span) => ({ projectId: ctx.projectId, of, span: within, filter });
  const sumsQueries = (within: Span): Query[] =>
    (["runs", "calls"] as const).flatMap((of) => [
      groupsQuery(slice(of, within), "none", "count", 0),
      timesQuery(slice(of, within), "none", []),
    ]);
  const { start } = monthOf(now);
  const today = Math.floor(now / 1000 / DAY) * DAY;
  const hours = (from: number, to: number): Span => ({ from, to, step: "hour" });
  const answers = await ask<Row>(readDbFor(ctx.env, ctx.projectId), [
    ...sumsQueries(span),
    ...sumsQueries(previous ?? NOTHING),
    groupsQuery(slice("calls", hours(start / 1000, today + DAY)), "none", "count", 0),
    seriesQuery(slice("calls", hours(today - DAYS_BACK * DAY, today)), "none", [], "day"),
  ]);
  const [month, days = []] = answers.slice(8);
  const forecast = forecastMonth(
    now,
    (month?.at(-1)?.cost_nano_usd ?? 0) / 1e9,
    days.map((row) => ({ day: row.start * 1000, usd: row.cost_nano_usd / 1e9 })),
  );
  return {
    ...answered(span),
    ...overviewSums(answers.slice(0, 4)),
    ...(previous ? { previous: { ...answered(previous), ...overviewSums(answers.slice(4, 8)) } } : {}),
    forecast: typeof forecast === "string" ? null : forecast,
    forecast_reason: typeof forecast === "string" ? forecast : null,
  };
}

/** @param answers those of `sumsQueries`, in its order */
function overviewSums(answers: Row[][]): OverviewSums {
  const [runRows, runTimes, callRows, callTimes] = answers;
  const runs = runRows?.at(-1) ?? noSums();
  const calls = callRows?.at(-1) ?? noSums();
  const runTime = timesOf(runTimes).all();
  const callTime = timesOf(callTimes).all();
  return {
    runs: {
      count: runs.count,
      error_count: runs.error_count,
      p50_ms: msAt(runTime, 0.5),
      p95_ms: msAt(runTime, 0.95),
    },
    calls: {
      count: calls.count,
      error_count: calls.error_count,
      p50_ms: msAt(callTime, 0.5),
      p95_ms: msAt(callTime, 0.95),
      p99_ms: msAt(callTime, 0.99),
    },
    tokens: {
      input: calls.input_tokens,
      cached_input: calls.cached_input_tokens,
      output: calls.output_tokens,
      reasoning: calls.reasoning_tokens,
    },
    cost_usd: costOf(calls),
    unpriced_count: calls.unpriced_count,
    cache_hit_rate: calls.input_tokens === 0 ? null : calls.cached_input_tokens / calls.input_tokens,
  };
}
