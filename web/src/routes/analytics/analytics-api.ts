import { send } from "#lib/api.ts";

/** What was really counted: whole minutes or hours. RFC 3339. */
export interface Counted {
  from: string;
  to: string;
  step: "minute" | "hour";
}

export interface Sums {
  count: number;
  error_count: number;
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  /** The sum of the known costs; null if there were calls and none has a price. */
  cost_usd: number | null;
  unpriced_count: number;
}

export interface Latency {
  count: number;
  error_count: number;
  avg_ms: number | null;
  p50_ms: number | null;
  p95_ms: number | null;
  p99_ms: number | null;
}

/** "" is what was not said, null the sum of all groups beyond those that are listed. */
type Group = string | null;
export type CostRow = Sums & { group: Group };
export type CostPoint = { start: string; group: Group } & Pick<
  Sums,
  "count" | "error_count" | "input_tokens" | "output_tokens" | "cost_usd" | "unpriced_count"
>;
export type LatencyPoint = Omit<Latency, "error_count"> & { start: string; group: Group };

export interface CostAnswer extends Counted {
  data: CostRow[];
  other_groups: number;
  totals: Sums;
  previous?: { from: string; to: string; totals: Sums };
  series?: CostPoint[];
}

export interface LatencyAnswer extends Counted {
  data: (Latency & { group: Group })[];
  totals: Latency;
  previous?: { from: string; to: string; totals: Latency };
  series?: LatencyPoint[];
  relative_error: number;
}

export interface Overview {
  runs: { count: number; error_count: number; p50_ms: number | null; p95_ms: number | null };
  calls: Omit<Latency, "avg_ms">;
  tokens: { input: number; cached_input: number; output: number; reasoning: number };
  cost_usd: number | null;
  unpriced_count: number;
  cache_hit_rate: number | null;
}

export interface Forecast {
  month: string;
  so_far_usd: number;
  expected_usd: number;
  low_usd: number;
  high_usd: number;
  basis: string;
}

export interface OverviewAnswer extends Counted, Overview {
  previous?: Overview;
  forecast: Forecast | null;
  forecast_reason: string | null;
}

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
