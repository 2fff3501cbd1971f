import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import { RELATIVE_ERROR } from "../rollups/buckets.ts";
import { type AnalyticsQuery, isHourly, MOST_GROUPS, SERIES_GROUPS } from "./query.ts";
import { answered, NOTHING, resolveRange, timeOf } from "./range.ts";
import type { LatencyAnalytics, LatencySums } from "./schema.ts";
import { ask, groupsQuery, type SumRow, seriesQuery, type TimesRow, timesQuery } from "./source.ts";
import { latencySums, noSums, rest } from "./sums.ts";
import { timesOf } from "./times.ts";

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
  const [groups = [], before = [], beforeTimes = [], whole = groups, wholeTimes] = await ask<SumRow & TimesRow>(db, [
    groupsQuery(slice, by, "count", MOST_GROUPS),
    groupsQuery(slicePrevious, "none", "count", 0),
    timesQuery(slicePrevious, "none", []),
    // What has two tags is in two groups, and once in the total.
    ...(by === "tag" ? [groupsQuery(slice, "none", "count", 0), timesQuery(slice, "none", [])] : []),
  ]);
  const all = groups.at(-1);
  const listed = groups.slice(0, -1);
  const others = (all?.groups ?? 0) - listed.length;
  const names = by === "none" ? [] : listed.map(({ grp }) => grp as string);
  const picked = names.slice(0, SERIES_GROUPS);
  // Opening histograms takes the time: those of a series that tells all groups apart are not opened once more.
  const told = granularity !== null && picked.length === names.length;
  const answers = await ask<SumRow & TimesRow>(db, [
    ...(told ? [] : [timesQuery(slice, by, names)]),
    ...(granularity ? [timesQuery(slice, by, picked, granularity), seriesQuery(slice, by, picked, granularity)] : []),
  ]);
  const [pointTimes, points = []] = told ? answers : answers.slice(1);
  const times = timesOf(answers[0]);
  const timesAt = timesOf(pointTimes);
  const groupTimes = (group: string | null) => (told ? times.over(group) : times.of(group));
  const row = (group: string | null, sums: SumRow | undefined): LatencySums =>
    latencySums(sums ?? noSums(), groupTimes(group));
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
      ...(all && others > 0 ? [{ group: null, ...latencySums(rest(all, listed), groupTimes(null)) }] : []),
    ],
    totals: latencySums(whole.at(-1) ?? noSums(), wholeTimes ? timesOf(wholeTimes).all() : times.all()),
    ...(previous
      ? {
          previous: {
            ...answered(previous),
            totals: latencySums(before.at(-1) ?? noSums(), timesOf(beforeTimes).all()),
          },
        }
      : {}),
    ...(granularity
      ? {
          series: points.map((point) => ({
            start: timeOf(point.start),
            group: point.grp,
            ...latencySums(point, timesAt.of(point.grp, point.start)),
          })),
        }
      : {}),
  };
}
