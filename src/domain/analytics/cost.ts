import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import { type AnalyticsQuery, isHourly, MOST_GROUPS, SERIES_GROUPS } from "./query.ts";
import { answered, NOTHING, resolveRange, timeOf } from "./range.ts";
import type { CostAnalytics } from "./schema.ts";
import { ask, groupsQuery, type SumRow, seriesQuery } from "./source.ts";
import { costOf, costSums, noSums, rest, type Sums } from "./sums.ts";

/**
 * What calls, or runs, cost by group, the most expensive first: US dollars and tokens, exact but for what has no price.
 * @throws AppError `invalid_request`, `unprocessable` for a range or a combination that cannot be answered
 */
export async function getCost(ctx: Ctx, query: AnalyticsQuery): Promise<CostAnalytics> {
  requireScope(ctx, "read");
  const { of, group_by: by } = query;
  const { span, previous, granularity } = resolveRange(query, Date.now(), !isHourly(by));
  const slice = { projectId: ctx.projectId, of, span, filter: query };
  const db = readDbFor(ctx.env, ctx.projectId);
  const [groups = [], before, whole = groups] = await ask<SumRow>(db, [
    groupsQuery(slice, by, "cost_nano_usd", MOST_GROUPS),
    groupsQuery({ ...slice, span: previous ?? NOTHING }, "none", "cost_nano_usd", 0),
    // What has two tags is in two groups, and once in the total.
    ...(by === "tag" ? [groupsQuery(slice, "none", "cost_nano_usd", 0)] : []),
  ]);
  const all = groups.at(-1);
  const listed = groups.slice(0, -1);
  const others = (all?.groups ?? 0) - listed.length;
  const picked = by === "none" ? [] : listed.slice(0, SERIES_GROUPS).map(({ grp }) => grp as string);
  const [series] = await ask<SumRow>(db, granularity ? [seriesQuery(slice, by, picked, granularity)] : []);
  return {
    ...answered(span),
    of,
    group_by: by,
    other_groups: others,
    data: [
      ...listed.map((row) => ({ group: by === "none" ? null : row.grp, ...costSums(row) })),
      ...(all && others > 0 ? [{ group: null, ...costSums(rest(all, listed)) }] : []),
    ],
    totals: costSums(totalOf(whole)),
    ...(previous ? { previous: { ...answered(previous), totals: costSums(totalOf(before)) } } : {}),
    ...(series ? { series: series.map(pointOf) } : {}),
  };
}

function totalOf(rows: SumRow[] | undefined): Sums {
  return rows?.at(-1) ?? noSums();
}

function pointOf(row: SumRow): NonNullable<CostAnalytics["series"]>[0] {
  const { count, error_count, input_tokens, output_tokens, unpriced_count } = row;
  return {
    start: timeOf(row.start),
    group: row.grp,
    count,
    error_count,
    input_tokens,
    output_tokens,
    cost_usd: costOf(row),
    unpriced_count,
  };
}
