import type { Run } from "#lib/api.ts";
import { duration } from "#lib/format.ts";
import { sortKey } from "#lib/time.ts";

export const STATUSES = ["running", "success", "error", "cancelled"] as const;
export const KINDS = ["trace", "agent", "reasoning", "replay"] as const;
export const RANGES = {
  "15m": { label: "Last 15 minutes", ms: 900_000 },
  "1h": { label: "Last hour", ms: 3_600_000 },
  "24h": { label: "Last 24 hours", ms: 86_400_000 },
  "7d": { label: "Last 7 days", ms: 604_800_000 },
  "30d": { label: "Last 30 days", ms: 2_592_000_000 },
} as const;
export type Range = keyof typeof RANGES;

/** What the list may be sorted by: the API's `sort` and `order`, and their word. */
export const SORTS = {
  oldest: { sort: "started_at", order: "asc", label: "Oldest first" },
  cost: { sort: "cost", order: "desc", label: "Most expensive" },
  cheap: { sort: "cost", order: "asc", label: "Cheapest" },
  long: { sort: "duration", order: "desc", label: "Longest" },
  short: { sort: "duration", order: "asc", label: "Shortest" },
  tokens: { sort: "tokens", order: "desc", label: "Most tokens" },
} as const;
export type Sort = keyof typeof SORTS;
export const NEWEST = "Newest first";

/** The filter of the runs list, as its address holds it: in the API's words, and `range`. Absent = any. */
export interface Filters {
  /** Full text. What it finds is sorted by start alone. */
  q?: string;
  status?: Run["status"];
  kind?: Run["kind"];
  name?: string;
  service?: string;
  environment?: string;
  model?: string;
  provider?: string;
  tool?: string;
  tag?: string;
  session_id?: string;
  user_id?: string;
  range?: Range;
  /** RFC 3339; wins over `range`. */
  from?: string;
  to?: string;
  /** US dollars and milliseconds, inclusive. A run that does not know its cost or duration is in no range. */
  min_cost?: string;
  max_cost?: string;
  min_duration_ms?: string;
  max_duration_ms?: string;
  has_error?: true;
  /** How the list is sorted, which is no filter; absent = newest first. */
  sort?: Sort;
}
export type FilterKey = keyof Filters;

const LABELS = {
  q: "Search",
  name: "Name",
  service: "Service",
  environment: "Environment",
  model: "Model",
  provider: "Provider",
  tool: "Tool",
  tag: "Tag",
  session_id: "Session",
  user_id: "User",
} as const;

const TEXTS = Object.keys(LABELS) as (keyof typeof LABELS)[];

/** Bounds: of what, and whether it is the upper one. */
const BOUNDS = [
  ["min_cost", "cost_usd", false],
  ["max_cost", "cost_usd", true],
  ["min_duration_ms", "duration_ms", false],
  ["max_duration_ms", "duration_ms", true],
] as const;

/** What a run has one of, and what it has several of. */
const SAME = ["status", "kind", "name", "service", "environment", "session_id", "user_id"] as const;
const AMONG = ["model", "provider", "tool", "tag"] as const;

/** By what a list of the filter may be sorted. */
export function sortsOf({ q }: Filters): Sort[] {
  const all = Object.keys(SORTS) as Sort[];
  return q ? all.filter((sort) => SORTS[sort].sort === "started_at") : all;
}

/** Reads an address; what is not understood is left out. */
export function parseFilters(query: URLSearchParams): Filters {
  const filters: Filters = {};
  const status = STATUSES.find((each) => each === query.get("status"));
  if (status) filters.status = status;
  const kind = KINDS.find((each) => each === query.get("kind"));
  if (kind) filters.kind = kind;
  for (const key of TEXTS) {
    const value = query.get(key)?.trim();
    if (value) filters[key] = value;
  }
  const range = query.get("range");
  if (range !== null && Object.hasOwn(RANGES, range)) filters.range = range as Range;
  for (const [key] of BOUNDS) {
    const value = query.get(key);
    if (value && Number(value) >= 0 && Number(value) <= 1e9) filters[key] = value;
  }
  for (const key of ["from", "to"] as const) {
    const value = query.get(key);
    if (value && !Number.isNaN(Date.parse(value))) filters[key] = value;
  }
  if (filters.from || filters.to) delete filters.range;
  if (query.get("has_error") === "true") filters.has_error = true;
  const sort = query.get("sort");
  if (sort !== null && sortsOf(filters).includes(sort as Sort)) filters.sort = sort as Sort;
  return filters;
}

/** The address of a filter, always in the same order; "" for none. */
export function toSearch(filters: Filters): string {
  const query = new URLSearchParams();
  const bounds = BOUNDS.map(([key]) => key);
  for (const key of ["status", "kind", ...TEXTS, "range", "from", "to", ...bounds, "has_error", "sort"] as const) {
    const value = filters[key];
    if (value) query.set(key, String(value));
  }
  const text = query.toString();
  return text && `?${text}`;
}

/** What the API is asked for. @param now a range such as "last hour" counts back from it */
export function toApiQuery(filters: Filters, now: number): URLSearchParams {
  const { range, sort, ...rest } = filters;
  const from = rest.from ?? (range && new Date(now - RANGES[range].ms).toISOString());
  const query = new URLSearchParams(toSearch({ ...rest, from }));
  if (sort) {
    query.set("sort", SORTS[sort].sort);
    query.set("order", SORTS[sort].order);
  }
  return query;
}

/** Whether a run that came in live belongs in the list; the same rules as the API's. */
export function matches(run: Run, filters: Filters, now: number): boolean {
  for (const key of SAME) if (filters[key] && run[key] !== filters[key]) return false;
  for (const key of AMONG) if (filters[key] && !run[`${key}s`].includes(filters[key])) return false;
  if (filters.has_error && run.error_count === 0) return false;
  for (const [key, of, upper] of BOUNDS) {
    const bound = Number(filters[key]);
    const value = run[of];
    if (filters[key] && (value === null || (upper ? value > bound : value < bound))) return false;
  }
  const query = toApiQuery(filters, now);
  const started = sortKey(run.started_at);
  const from = query.get("from");
  if (from && started < sortKey(utc(from))) return false;
  return !(filters.to && started >= sortKey(utc(filters.to)));
}

function utc(time: string): string {
  return time.endsWith("Z") ? time : new Date(time).toISOString();
}

export interface Chip {
  keys: FilterKey[];
  label: string;
  value: string;
}

/** The filters that are set, to show and to clear one by one. */
export function chips(filters: Filters): Chip[] {
  const found: Chip[] = [];
  if (filters.status) found.push({ keys: ["status"], label: "Status", value: filters.status });
  if (filters.kind) found.push({ keys: ["kind"], label: "Kind", value: filters.kind });
  for (const key of TEXTS) {
    const value = filters[key];
    if (value) found.push({ keys: [key], label: LABELS[key], value });
  }
  if (filters.range)
    found.push({ keys: ["range"], label: "Started", value: RANGES[filters.range].label.toLowerCase() });
  if (filters.from) found.push({ keys: ["from"], label: "From", value: shortTime(filters.from) });
  if (filters.to) found.push({ keys: ["to"], label: "Before", value: shortTime(filters.to) });
  for (const [key, of, upper] of BOUNDS) {
    const value = filters[key];
    if (!value) continue;
    const text = of === "cost_usd" ? `$${value}` : duration(Number(value));
    found.push({ keys: [key], label: of === "cost_usd" ? "Cost" : "Duration", value: `${upper ? "≤" : "≥"} ${text}` });
  }
  if (filters.has_error) found.push({ keys: ["has_error"], label: "Errors", value: "only" });
  return found;
}

function shortTime(time: string): string {
  return new Date(time).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

export function without(filters: Filters, keys: FilterKey[]): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([key]) => !keys.includes(key as FilterKey)));
}
