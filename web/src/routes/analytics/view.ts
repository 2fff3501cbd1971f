export const RANGES = {
  "15m": { label: "15 m", words: "15 minutes", ms: 900_000 },
  "1h": { label: "1 h", words: "hour", ms: 3_600_000 },
  "6h": { label: "6 h", words: "6 hours", ms: 21_600_000 },
  "24h": { label: "24 h", words: "24 hours", ms: 86_400_000 },
  "7d": { label: "7 d", words: "7 days", ms: 604_800_000 },
  "30d": { label: "30 d", words: "30 days", ms: 2_592_000_000 },
  "90d": { label: "90 d", words: "90 days", ms: 7_776_000_000 },
} as const;
export type Range = keyof typeof RANGES;

/** What the sums can be divided by, and the word for one and for many. */
export const GROUPS = {
  model: { one: "Model", many: "models" },
  provider: { one: "Provider", many: "providers" },
  service: { one: "Service", many: "services" },
  environment: { one: "Environment", many: "environments" },
  operation: { one: "Operation", many: "operations" },
  user: { one: "User", many: "users" },
  tag: { one: "Tag", many: "tags" },
} as const;
export type GroupBy = keyof typeof GROUPS;

export const FILTERS = ["service", "environment", "model", "provider"] as const;
export type Filter = (typeof FILTERS)[number];

/** What the page shows, as its address holds it. */
export interface View extends Partial<Record<Filter, string>> {
  range: Range;
  group_by: GroupBy;
  /** RFC 3339, both or none; they win over `range`, to which one comes back. */
  from?: string;
  to?: string;
}

const FIRST: Pick<View, "range" | "group_by"> = { range: "24h", group_by: "model" };

/** Reads an address; what is not understood is left out. */
export function parseView(query: URLSearchParams): View {
  const view: View = { ...FIRST };
  const range = query.get("range");
  if (range !== null && Object.hasOwn(RANGES, range)) view.range = range as Range;
  const group = query.get("group_by");
  if (group !== null && Object.hasOwn(GROUPS, group)) view.group_by = group as GroupBy;
  for (const key of FILTERS) {
    const value = query.get(key)?.trim();
    if (value) view[key] = value;
  }
  const from = Date.parse(query.get("from") ?? "");
  const to = Date.parse(query.get("to") ?? "");
  if (from < to) Object.assign(view, { from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  return view;
}

/** The address of a view, always in the same order; "" for the first one. */
export function toSearch(view: View): string {
  const query = new URLSearchParams();
  if (view.range !== FIRST.range) query.set("range", view.range);
  for (const key of ["from", "to", ...FILTERS] as const) if (view[key]) query.set(key, view[key]);
  if (view.group_by !== FIRST.group_by) query.set("group_by", view.group_by);
  const text = query.toString();
  return text ? `?${text}` : "";
}

export function without(view: View, keys: (keyof View)[]): View {
  return { ...FIRST, ...Object.fromEntries(Object.entries(view).filter(([key]) => !keys.includes(key as keyof View))) };
}

/** What is asked for, in milliseconds since the epoch. */
export interface Span {
  from: number;
  to: number;
  /** Whether it ends now, so that it moves on. */
  live: boolean;
}

export function spanOf(view: View, now: number): Span {
  if (view.from && view.to) return { from: Date.parse(view.from), to: Date.parse(view.to), live: false };
  return { from: now - RANGES[view.range].ms, to: now, live: true };
}

export const STEPS = { minute: 60, hour: 3600, day: 86_400, week: 604_800 } as const;
export type Granularity = keyof typeof STEPS;

const HOUR_MS = 3_600_000;
/** Minutes are asked for within two days (src/domain/analytics/range.ts), less what a slow question takes to arrive. */
const MINUTES_REACH_MS = 48 * HOUR_MS - 60_000;

/** The steps of a chart: few enough to be told apart, and none that are not counted. The period before must have them too. */
export function granularityOf({ from, to }: Span, now: number, group: GroupBy | "none" = "none"): Granularity {
  const length = to - from;
  const minutes = from - length > now - MINUTES_REACH_MS && group !== "user" && group !== "tag";
  if (minutes && length <= 6 * HOUR_MS) return "minute";
  if (length <= 8 * 24 * HOUR_MS) return "hour";
  return length <= 400 * 24 * HOUR_MS ? "day" : "week";
}

/** What the API is asked: the span and the filters. */
export function apiQuery(view: View, span: Span, filters: readonly Filter[] = FILTERS): URLSearchParams {
  const query = new URLSearchParams({
    from: new Date(span.from).toISOString(),
    to: new Date(span.to).toISOString(),
  });
  for (const key of filters) if (view[key]) query.set(key, view[key]);
  return query;
}

const RUN_FILTERS: Partial<Record<GroupBy, string>> = {
  model: "model",
  provider: "provider",
  service: "service",
  environment: "environment",
  user: "user_id",
  tag: "tag",
};

/**
 * The list of the runs behind a group of the view, in the words of the runs list (web/src/routes/filters.ts).
 * @returns null if the list cannot be filtered by it
 */
export function runsPath(view: View, span: Span, group?: { by: GroupBy; value: string | null }): string | null {
  const query = new URLSearchParams();
  for (const key of FILTERS) if (view[key]) query.set(key, view[key]);
  if (group) {
    const key = RUN_FILTERS[group.by];
    if (!key || !group.value) return null;
    query.set(key, group.value);
  }
  query.set("from", new Date(span.from).toISOString());
  if (!span.live) query.set("to", new Date(span.to).toISOString());
  query.set("sort", "cost");
  return `/?${query}`;
}
