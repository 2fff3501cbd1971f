import type { Range } from "../filters.ts";

/** As the list of runs has them. A file that both pages load would cost each first visit a kilobyte more. */
export const RANGES: Record<Range, { label: string; ms: number }> = {
  "15m": { label: "Last 15 minutes", ms: 900_000 },
  "1h": { label: "Last hour", ms: 3_600_000 },
  "24h": { label: "Last 24 hours", ms: 86_400_000 },
  "7d": { label: "Last 7 days", ms: 604_800_000 },
  "30d": { label: "Last 30 days", ms: 2_592_000_000 },
};

/** The filter of the list of calls, as its address holds it: in the API's words, and `range`. Absent = any. */
export interface CallFilters {
  status?: "ok" | "error";
  model?: string;
  provider?: string;
  operation?: string;
  service?: string;
  user_id?: string;
  session_id?: string;
  range?: Range;
  /** RFC 3339; wins over `range`. */
  from?: string;
  to?: string;
  min_cost_usd?: number;
  max_cost_usd?: number;
  min_duration_ms?: number;
  max_duration_ms?: number;
  min_tokens?: number;
  max_tokens?: number;
  unpriced?: true;
}
export type CallFilterKey = keyof CallFilters;

export const CALL_TEXTS = ["model", "provider", "operation", "service", "user_id", "session_id"] as const;
export const CALL_NUMBERS = [
  "min_cost_usd",
  "max_cost_usd",
  "min_duration_ms",
  "max_duration_ms",
  "min_tokens",
  "max_tokens",
] as const;

/** The filter's names for people. */
export const CALL_LABELS = {
  status: "Status",
  model: "Model",
  provider: "Provider",
  operation: "Operation",
  service: "Service",
  user_id: "User",
  session_id: "Session",
  range: "Started",
  from: "From",
  to: "Before",
  min_cost_usd: "Cost from $",
  max_cost_usd: "Cost to $",
  min_duration_ms: "Lasted from ms",
  max_duration_ms: "Lasted to ms",
  min_tokens: "Tokens from",
  max_tokens: "Tokens to",
  unpriced: "Cost",
} as const satisfies Record<CallFilterKey, string>;

/** Reads an address; what is not understood is left out. */
export function parseCallFilters(query: URLSearchParams): CallFilters {
  const filters: CallFilters = {};
  const status = query.get("status");
  if (status === "ok" || status === "error") filters.status = status;
  for (const key of CALL_TEXTS) {
    const value = query.get(key)?.trim();
    if (value) filters[key] = value;
  }
  for (const key of CALL_NUMBERS) {
    const text = query.get(key);
    const value = Number(text);
    if (text && Number.isFinite(value) && value >= 0) filters[key] = value;
  }
  for (const key of ["from", "to"] as const) {
    const value = query.get(key);
    if (value && !Number.isNaN(Date.parse(value))) filters[key] = value;
  }
  const range = query.get("range");
  if (range !== null && Object.hasOwn(RANGES, range) && !filters.from && !filters.to) filters.range = range as Range;
  if (query.get("unpriced") === "true") filters.unpriced = true;
  return filters;
}

/** The address of a filter, always in the same order; "" for none. */
export function toCallSearch(filters: CallFilters): string {
  const query = new URLSearchParams();
  for (const key of ["status", ...CALL_TEXTS, "range", "from", "to", ...CALL_NUMBERS, "unpriced"] as const) {
    const value = filters[key];
    if (value !== undefined) query.set(key, String(value));
  }
  const text = query.toString();
  return text ? `?${text}` : "";
}

/** What the API is asked for. @param now a range such as "last hour" counts back from it */
export function toCallQuery({ range, ...filters }: CallFilters, now: number): URLSearchParams {
  const query = new URLSearchParams(toCallSearch(filters));
  if (range && !filters.from) query.set("from", new Date(now - RANGES[range].ms).toISOString());
  return query;
}

export interface CallChip {
  key: CallFilterKey;
  label: string;
  value: string;
}

/** The filters that are set, to show and to clear one by one. */
export function callChips(filters: CallFilters): CallChip[] {
  return (Object.keys(CALL_LABELS) as CallFilterKey[]).flatMap((key) => {
    const value = filters[key];
    if (value === undefined) return [];
    return [{ key, label: CALL_LABELS[key], value: wordOf(key, value, filters) }];
  });
}

function wordOf(key: CallFilterKey, value: string | number | true, { range }: CallFilters): string {
  if (key === "unpriced") return "unknown";
  if (key === "range" && range) return RANGES[range].label.toLowerCase();
  if (key === "from" || key === "to") {
    return new Date(String(value)).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  }
  return typeof value === "number" ? value.toLocaleString("en-US", { maximumFractionDigits: 9 }) : String(value);
}
