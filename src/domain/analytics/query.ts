import type { RangeQuery } from "./range.ts";
import type { AnalyticsFilter, GroupBy } from "./source.ts";

/** What cost and latency are asked with. */
export interface AnalyticsQuery extends RangeQuery, AnalyticsFilter {
  of: "calls" | "runs";
  group_by: GroupBy;
}

/** Groups of an answer; the others are one row. */
export const MOST_GROUPS = 100;

/** Groups that a series tells apart: more lines than that nobody can. */
export const SERIES_GROUPS = 10;

/** Whether such groups are counted by the hour only: their series have no minutes. */
export function isHourly(by: GroupBy): boolean {
  return by === "user" || by === "tag";
}
