import { send } from "#lib/api.ts";
import type {
  AnalyticsOverview,
  CostAnalytics,
  LatencyAnalytics,
  ModelAnalytics,
  OverviewSums,
  Saving,
  SavingsAnalytics,
  TopAnalytics,
  TopRow,
} from "../../../../src/domain/analytics/schema.ts";

export type CostAnswer = CostAnalytics;
export type LatencyAnswer = LatencyAnalytics;
export type OverviewAnswer = AnalyticsOverview;
export type Overview = OverviewSums;
export type CostPoint = NonNullable<CostAnalytics["series"]>[number];
export type LatencyPoint = NonNullable<LatencyAnalytics["series"]>[number];
export type ModelsAnswer = ModelAnalytics;
export type TopAnswer = TopAnalytics;
export type SavingsAnswer = SavingsAnalytics;
export type { Saving, TopRow };

export const TOPS = ["runs", "sessions", "users"] as const;
export type Top = (typeof TOPS)[number];

/** A question to the analytics API, and the address of its answer as a table. */
export const analyticsApi = {
  cost: (query: URLSearchParams, signal: AbortSignal) => send<CostAnswer>(path("cost", query), { signal }),
  latency: (query: URLSearchParams, signal: AbortSignal) => send<LatencyAnswer>(path("latency", query), { signal }),
  overview: (query: URLSearchParams, signal: AbortSignal) => send<OverviewAnswer>(path("overview", query), { signal }),
  models: (query: URLSearchParams, signal: AbortSignal) => send<ModelsAnswer>(path("models", query), { signal }),
  top: (query: URLSearchParams, signal: AbortSignal) => send<TopAnswer>(path("top", query), { signal }),
  savings: (query: URLSearchParams, signal: AbortSignal) => send<SavingsAnswer>(path("savings", query), { signal }),
};

export type AnalyticsPath = "cost" | "latency" | "overview" | "models" | "top" | "savings";

export function path(what: AnalyticsPath, query: URLSearchParams): string {
  return `/api/analytics/${what}?${query}`;
}

/** Where a question's answer comes as CSV. */
export function csvPath(what: AnalyticsPath, query: URLSearchParams): string {
  return path(what, new URLSearchParams([...query, ["format", "csv"]]));
}
