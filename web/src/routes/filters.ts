import type { Run } from "#lib/api.ts";
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
  tag?: string;
  session_id?: string;
  user_id?: string;
  range?: Range;
  /** RFC 3339; wins over `range`. */
  from?: string;
  to?: string;
  has_error?: true;
  /** How the list is sorted, which is no filter; absent = newest first. */
  sort?: Sort;
}
export type FilterKey = keyof Filters;

const TEXTS = ["q", "name", "service", "environment", "model", "provider", "tag", "session_id", "user_id"] as const;
const LABELS = {
  q: "Search",
  name: "Name",
  service: "Service",
  environment: "Environment",
  model: "Model",
  provider: "Provider",
  tag: "Tag",
  session_id: "Session",
  user_id: "User",
} as const;

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
  for (const key of ["status", "kind", ...TEXTS, "range", "from", "to"] as const) {
    const value = filters[key];
    if (value) query.set(key, value);
  }
  if (filters.has_error) query.set("has_error", "true");
  if (filters.sort) query.set("sort", filters.sort);
  const text = query.toString();
  return text ? `?${text}` : "";
}

/** What the API is asked for. @param now a range such as "last hour" counts back from it */
export function toApiQuery(filters: Filters, now: number): URLSearchParams {
  const query = new URLSearchParams();
  if (filters.status) query.set("status", filters.status);
  if (filters.kind) query.set("kind", filters.kind);
  for (const key of TEXTS) if (filters[key]) query.set(key, filters[key]);
  const from = filters.from ?? (filters.range ? new Date(now - RANGES[filters.range].ms).toISOString() : undefined);
  if (from) query.set("from", from);
  if (filters.to) query.set("to", filters.to);
  if (filters.has_error) query.set("has_error", "true");
  if (filters.sort) {
    query.set("sort", SORTS[filters.sort].sort);
    query.set("order", SORTS[filters.sort].order);
  }
  return query;
}

/** Whether a run that came in live belongs in the list; the same rules as the API's. */
export function matches(run: Run, filters: Filters, now: number): boolean {
  if (filters.status && run.status !== filters.status) return false;
  if (filters.kind && run.kind !== filters.kind) return false;
  if (filters.name && run.name !== filters.name) return false;
  if (filters.service && run.service !== filters.service) return false;
  if (filters.environment && run.environment !== filters.environment) return false;
  if (filters.model && !run.models.includes(filters.model)) return false;
  if (filters.provider && !run.providers.includes(filters.provider)) return false;
  if (filters.tag && !run.tags.includes(filters.tag)) return false;
  if (filters.session_id && run.session_id !== filters.session_id) return false;
  if (filters.user_id && run.user_id !== filters.user_id) return false;
  if (filters.has_error && run.error_count === 0) return false;
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
  if (filters.has_error) found.push({ keys: ["has_error"], label: "Errors", value: "only" });
  return found;
}

function shortTime(time: string): string {
  return new Date(time).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

export function without(filters: Filters, keys: FilterKey[]): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([key]) => !keys.includes(key as FilterKey)));
}
