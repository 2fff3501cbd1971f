import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import { RELATIVE_ERROR } from "../rollups/buckets.ts";
import { type AnalyticsQuery, isHourly, MOST_GROUPS, SERIES_GROUPS } from "./query.ts";
import { answered, NOTHING, resolveRange, timeOf } from "./range.ts";
import type { LatencyAnalytics, LatencySums } from "./schema.ts";
import { ask, groupsQuery, type HistogramRow, histogramsQuery, type SumRow, seriesQuery } from "./source.ts";
import { histogramOf, latencySums, noSums, rest, together } from "./sums.ts";

/**
 * How long calls, or runs, took by group, the most frequent first: averages are exact, percentiles within RELATIVE_ERROR.
 * @throws AppError `invalid_request`, `unprocessable` for a range or a combination that cannot be answered
 */
export async function getLatency(ctx: Ctx, query: AnalyticsQuery): Promise<LatencyAnalytics> {
  requireScope(ctx, "read");
  const { of, group_by: by } = query;
  const { span, previous, granularity } = resolveRange(query, Date.now(), !isHourly(by));
  const slice = { projectId: ctx.projectId, of, span, filter: query };
  const slicePrevious = { ...slice, span: previous ?? NOTHING };
  const db = readDbFor(ctx.env, ctx.projectId);
  const [groups = [], before = [], beforeTimes = [], whole = groups, wholeTimes] = await ask<SumRow & HistogramRow>(
    db,
    [
      groupsQuery(slice, by, "count", MOST_GROUPS),
      groupsQuery(slicePrevious, "none", "count", 0),
      histogramsQuery(slicePrevious, "none", []),
      // What has two tags is in two groups, and once in the total.
      ...(by === "tag" ? [groupsQuery(slice, "none", "count", 0), histogramsQuery(slice, "none", [])] : []),
    ],
  );
  const all = groups.at(-1);
  const listed = groups.slice(0, -1);
  const others = (all?.groups ?? 0) - listed.length;
  const names = by === "none" ? [] : listed.map(({ grp }) => grp as string);
  const picked = names.slice(0, SERIES_GROUPS);
  // Opening histograms takes the time: those of a series that tells all groups apart are not opened once more.
  const told = granularity !== null && picked.length === names.length;
  const answers = await ask<SumRow & HistogramRow>(db, [
    ...(told ? [] : [histogramsQuery(slice, by, names)]),
    ...(granularity
      ? [histogramsQuery(slice, by, picked, granularity), seriesQuery(slice, by, picked, granularity)]
      : []),
  ]);
  const groupTimes = answers[0] ?? [];
  const [pointTimes = [], points = []] = told ? answers : answers.slice(1);
  const timesOf = new Map(
    [...Map.groupBy(groupTimes, ({ grp }) => grp)].map(([grp, rows]) => [grp, together(rows.map(histogramOf))]),
  );
  const row = (group: string | null, sums: SumRow | undefined): LatencySums =>
    latencySums(sums ?? noSums(), timesOf.get(group) ?? new Map());
  const placeOf = ({ start, grp }: SumRow | HistogramRow) => JSON.stringify([start, grp]);
  const timesAt = new Map(pointTimes.map((each) => [placeOf(each), histogramOf(each)]));
  return {
    ...answered(span),
    of,
    group_by: by,
    other_groups: others,
    relative_error: RELATIVE_ERROR,
    data: [
      ...listed.map((each) => {
        const group = by === "none" ? null : each.grp;
        return { group, ...row(group, each) };
      }),
      ...(all && others > 0
        ? [{ group: null, ...latencySums(rest(all, listed), timesOf.get(null) ?? new Map()) }]
        : []),
    ],
    totals: latencySums(
      whole.at(-1) ?? noSums(),
      wholeTimes ? histogramOf(wholeTimes[0]) : together([...timesOf.values()]),
    ),
    ...(previous
      ? {
          previous: {
            ...answered(previous),
            totals: latencySums(before.at(-1) ?? noSums(), histogramOf(beforeTimes[0])),
          },
        }
      : {}),
    ...(granularity
      ? {
          series: points.map((point) => ({
            start: timeOf(point.start),
            group: point.grp,
            ...latencySums(point, timesAt.get(placeOf(point)) ?? new Map()),
          })),
        }
      : {}),
  };
}
