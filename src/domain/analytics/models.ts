import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import { MOST_GROUPS } from "./query.ts";
import { answered, type RangeQuery, resolveRange, type Span } from "./range.ts";
import type { ModelAnalytics, ModelSums } from "./schema.ts";
import {
  type AnalyticsFilter,
  ask,
  groupsQuery,
  type SumRow,
  seriesQuery,
  type TimesRow,
  timesQuery,
} from "./source.ts";
import { costOf, msAt, type Sums } from "./sums.ts";
import { timesOf } from "./times.ts";

export type ModelsQuery = Pick<RangeQuery, "from" | "to"> & AnalyticsFilter;

/** What each model of each provider did and cost, the most expensive first, and in the equally long span before. */
export async function listModels(ctx: Ctx, query: ModelsQuery): Promise<ModelAnalytics> {
  requireScope(ctx, "read");
  const { service, model, provider, environment } = query;
  const range = { from: query.from, to: query.to, compare: "previous" as const };
  const { span, previous } = resolveRange(range, Date.now());
  const slice = (within: Span) => ({
    projectId: ctx.projectId,
    of: "calls" as const,
    span: within,
    filter: { service, model, provider, environment },
  });
  const db = readDbFor(ctx.env, ctx.projectId);
  const [groups = []] = await ask<SumRow>(db, [
    groupsQuery(slice(span), "model_provider", "cost_nano_usd", MOST_GROUPS),
  ]);
  const listed = groups.slice(0, -1);
  const names = listed.map(({ grp }) => grp as string);
  const before = slice(previous as Span);
  const [stored, beforeSums = [], storedBefore] = await ask<SumRow & TimesRow>(db, [
    timesQuery(slice(span), "model_provider", names),
    seriesQuery(before, "model_provider", names, null),
    timesQuery(before, "model_provider", names),
  ]);
  const [times, beforeTimes] = [timesOf(stored), timesOf(storedBefore)];
  return {
    ...answered(span),
    previous: answered(previous as Span),
    other_groups: (groups.at(-1)?.groups ?? 0) - listed.length,
    data: listed.map((sums, n) => {
      const name = names[n] as string;
      const histogram = times.of(name);
      const past = beforeSums.find(({ grp }) => grp === name);
      const [itsModel = "", itsProvider = ""] = JSON.parse(name) as string[];
      return {
        model: itsModel,
        provider: itsProvider,
        ...ratesOf(sums),
        p50_ms: msAt(histogram, 0.5),
        p95_ms: msAt(histogram, 0.95),
        // Calls that have not ended have given tokens, but not their time.
        output_tokens_per_second:
          sums.duration_us > 0 && [...histogram.values()].reduce((sum, each) => sum + each, 0) === sums.count
            ? sums.output_tokens / (sums.duration_us / 1e6)
            : null,
        previous: past ? { count: past.count, cost_usd: costOf(past), p50_ms: msAt(beforeTimes.of(name), 0.5) } : null,
      };
    }),
  };
}

function ratesOf(
  sums: Sums,
): Omit<ModelSums, "model" | "provider" | "p50_ms" | "p95_ms" | "output_tokens_per_second" | "previous"> {
  const { count, error_count, input_tokens, cached_input_tokens, output_tokens, unpriced_count } = sums;
  const cost = costOf(sums);
  const priced = count - unpriced_count;
  return {
    count,
    error_count,
    error_rate: error_count / count,
    input_tokens,
    cached_input_tokens,
    output_tokens,
    cost_usd: cost,
    unpriced_count,
    cost_per_call_usd: cost === null || priced === 0 ? null : cost / priced,
    // The tokens of calls without a price are among the others: nobody can tell what the rest cost each.
    cost_per_1k_output_usd:
      cost === null || output_tokens === 0 || unpriced_count > 0 ? null : (cost / output_tokens) * 1e3,
    cache_hit_rate: input_tokens === 0 ? null : cached_input_tokens / input_tokens,
  };
}
