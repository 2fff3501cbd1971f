import { send } from "#lib/api.ts";
import type {
  AnalyticsOverview,
  CostAnalytics,
  LatencyAnalytics,
  OverviewSums,
} from "../../../../src/domain/analytics/schema.ts";

export type CostAnswer = CostAnalytics;
export type LatencyAnswer = LatencyAnalytics;
export type OverviewAnswer = AnalyticsOverview;
export type Overview = OverviewSums;
export type CostPoint = NonNullable<CostAnalytics["series"]>[number];
export type LatencyPoint = NonNullable<LatencyAnalytics["series"]>[number];
/** What was really counted: whole minutes or hours. */
type Counted = Pick<CostAnalytics, "from" | "to" | "step">;

export interface ModelRow {
  model: string;
  provider: string;
  count: number;
  error_count: number;
  error_rate: number | null;
  input_tokens: number;
  cached_input_tokens: number;
  output_tokens: number;
  cost_usd: number | null;
  unpriced_count: number;
  cost_per_call_usd: number | null;
  cost_per_1k_output_usd: number | null;
  p50_ms: number | null;
  p95_ms: number | null;
  cache_hit_rate: number | null;
  output_tokens_per_second: number | null;
  previous: { count: number; cost_usd: number | null; p50_ms: number | null } | null;
}

export interface ModelsAnswer extends Counted {
  data: ModelRow[];
}

export const TOPS = ["runs", "sessions", "users"] as const;
export type Top = (typeof TOPS)[number];

export interface TopRow {
  id: string;
  name: string | null;
  run_count: number;
  llm_call_count: number;
  cost_usd: number | null;
  unpriced_count: number;
  url: string;
}

export interface TopAnswer {
  data: TopRow[];
}

export interface Saving {
  kind: "cache" | "smaller_model" | "retries";
  title: string;
  why: string;
  estimated_usd: { low: number; high: number } | null;
  runs: string[];
  filters: Record<string, string>;
}

export interface SavingsAnswer {
  data: Saving[];
}

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
