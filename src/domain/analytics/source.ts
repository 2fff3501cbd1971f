import { AppError } from "../../errors.ts";
import { NARROW, type NarrowSeries } from "../rollups/narrow.ts";
import { SERIES, type Series, SUMS } from "../rollups/rollup.ts";
import { Params } from "../runs/params.ts";
import { partsOf } from "./parts.ts";
import { GRANULARITIES, type Granularity, type Span } from "./range.ts";

export const GROUPS = [
  "none",
  "service",
  "model",
  "provider",
  "environment",
  "operation",
  "user",
  "tag",
  "model_provider",
  "service_model_provider",
] as const;
export type GroupBy = (typeof GROUPS)[number];

/** What is narrowed to: any of the values of each field; '' = not known. */
export interface AnalyticsFilter {
  service?: readonly string[] | undefined;
  model?: readonly string[] | undefined;
  provider?: readonly string[] | undefined;
  environment?: readonly string[] | undefined;
}

/** Which rollups are asked: the start of their primary key, and what they are narrowed to. */
export interface Slice {
  projectId: string;
  of: "calls" | "runs";
  span: Span;
  filter: AnalyticsFilter;
}

/** A query and its parameters. */
export interface Query {
  sql: string;
  values: (string | number)[];
  /** Asked for the same if this one gives up, its only row being empty: there were too many. */
  otherwise?: Query;
}

/** Sums as the queries below give them. `groups` = how many different groups they are of. */
export type SumRow = Record<(typeof SUMS)[number], number> & {
  start: number;
  grp: string | null;
  groups: number;
};

/** A part of a histogram as JSON without quotes: {bucket:count}. Several rows may be of the same step and group. */
export interface TimesRow {
  start: number;
  grp: string | null;
  sign: number;
  times: string;
}

/** Rollups whose histograms are added up in the Worker, and their signs: by reckoning 30 MB at the most, of the 128 that it has. */
const MOST_TIMES = 30_000;
const MOST_SIGNS = 8_000_000;

/** What a group goes by, in SQL. Two values are one in JSON. */
const GROUP_SQL: Record<GroupBy, string> = {
  none: "''",
  service: "service",
  model: "model",
  provider: "provider",
  environment: "environment",
  operation: "operation",
  user: "rollups.value",
  tag: "rollups.value",
  model_provider: "json_array(model, provider)",
  service_model_provider: "json_array(service, model, provider)",
};

/** The columns that a group goes by. */
const FIELDS_OF: Record<Exclude<GroupBy, "none" | "user">, readonly string[]> = {
  service: ["service"],
  model: ["model"],
  provider: ["provider"],
  environment: ["environment"],
  operation: ["operation"],
  tag: [],
  model_provider: ["model", "provider"],
  service_model_provider: ["service", "model", "provider"],
};

const ADDED = SUMS.map((column) => `sum(sign * ${column}) AS ${column}`).join(", ");
const WHOLE = SUMS.map((column) => `coalesce(sum(${column}), 0) AS ${column}`).join(", ");

/** What only calls are told apart by. */
export const BY_CALLS_ONLY: readonly GroupBy[] = [
  "user",
  "tag",
  "model",
  "provider",
  "operation",
  "model_provider",
  "service_model_provider",
];

/** Whether the series that tell such groups apart know this field: those of users and tags are counted more coarsely. */
function checkFields({ of, filter }: Slice, by: GroupBy): void {
  const told = new Set<string>(["none", "service", "environment"]);
  if (of === "calls") for (const field of BY_CALLS_ONLY) told.add(field);
  if (!told.has(by)) {
    throw new AppError("unprocessable", `Runs are not counted by ${by}. Leave out of=runs to count the calls.`);
  }
  const filters = new Set(["service", "environment"]);
  if (of === "calls" && by !== "user" && by !== "tag") for (const field of ["model", "provider"]) filters.add(field);
  for (const field of ["model", "provider"] as const) {
    if (!filter[field]?.length || filters.has(field)) continue;
    const what = of === "runs" ? "Runs" : `Calls by ${by}`;
    throw new AppError("unprocessable", `${what} cannot be narrowed to a ${field}: they are not counted by it.`);
  }
}

/** Rollups of one series, and how they count. Times in seconds; `past` is exclusive. */
interface Reading {
  series: Series;
  first: number;
  past: number;
  /** Whether only narrowed days are read, only the others, or all. */
  days: "narrowed" | "rest" | "all";
  sign: 1 | -1;
  /** Whether they are told apart by user or tag. */
  told: 0 | 1;
}

/** What the rollups of narrowed days need to tell apart to answer; null = all of it. */
function narrowOf({ of, filter }: Slice, by: GroupBy): "all" | "model" | "place" | null {
  const fields = (["service", "environment", "model", "provider"] as const).filter((field) => filter[field]?.length);
  const asked: readonly string[] = [...fields, ...(by === "none" || by === "user" ? [] : FIELDS_OF[by])];
  const within = (told: readonly string[]) => asked.every((field) => told.includes(field));
  if (within([])) return "all";
  if (of === "runs") return null;
  if (within(NARROW.call_hour_model.tells)) return "model";
  return within(NARROW.call_hour_place.tells) ? "place" : null;
}

/** The rollups of calls or runs that are not told apart by user or tag: of narrowed days the fewest that will do. */
function wholeOf(slice: Slice, by: GroupBy, granularity: Granularity | null): Reading[] {
  const kind = slice.of === "calls" ? "call" : "run";
  const narrow = narrowOf(slice, by);
  return partsOf(slice.span, granularity).flatMap(({ step, from: first, to: past }): Reading[] => {
    const part = { first, past, sign: 1, told: by === "user" ? 0 : 1 } as const;
    const full = { ...part, series: `${kind}_${step}` } as const;
    if (step === "minute" || narrow === null) return [{ ...full, days: "all" }];
    const series = `${kind}_${step}_${narrow}` as NarrowSeries;
    return [
      { ...part, series, days: "narrowed" },
      { ...full, days: "rest" },
    ];
  });
}

/** The rollups by user or tag: of narrowed days those by the day, if they tell what is asked. */
function namedOf({ span, filter }: Slice, by: "user" | "tag", granularity: Granularity | null): Reading[] {
  const byDay = !filter.service?.length && !filter.environment?.length;
  return partsOf(span, granularity).flatMap(({ step, from: first, to: past }): Reading[] => {
    const part = { first, past, sign: 1, told: 1 } as const;
    const full = { ...part, series: `call_${by}` } as const;
    if (step !== "day" || !byDay) return [{ ...full, days: "all" }];
    return [
      { ...part, series: `call_${by}_day`, days: "narrowed" },
      { ...full, days: "rest" },
    ];
  });
}

/** Rollups that are looked up one by one, by their time and user, at the most: more are sooner found by walking. */
const MOST_LOOKUPS = 20_000;

/** The times of readings step by step, for those of a few users. */
function slotsOf(readings: readonly Reading[]): [Series, number, Reading["days"]][] {
  return readings.flatMap(({ series, first, past, days }) => {
    const length = SERIES[series];
    const count = Math.ceil((past - first) / length);
    return Array.from({ length: count }, (_, n): [Series, number, Reading["days"]] => [
      series,
      first + n * length,
      days,
    ]);
  });
}

/**
 * The rollups that a slice adds up, each with its group and a sign. Calls without a user are in no series of users, so they
 * are all calls but those of users.
 *
 * The parts are a table, as D1 takes five SELECTs in a UNION at the most. The generation, and which days are narrowed, is read
 * by the same statement: a generation that is no longer shown may be gone a moment later.
 * @param picked the groups that are told apart, if it is known; null: by user each once, and all calls as the group null
 */
function rowsOf(
  slice: Slice,
  by: GroupBy,
  granularity: Granularity | null,
  params: Params,
  picked: readonly string[] | null,
): string {
  checkFields(slice, by);
  const { projectId, filter } = slice;
  const project = params.of(projectId);
  const tests = (["service", "environment", "model", "provider"] as const).flatMap((field) =>
    filter[field]?.length
      ? [`${field} IN (SELECT j.value FROM json_each(${params.of(JSON.stringify(filter[field]))}) AS j)`]
      : [],
  );
  const state = (column: string, otherwise: number) =>
    `coalesce((SELECT ${column} FROM project_state WHERE project_id = ${project}), ${otherwise})`;
  const key = [`project_id = ${project}`, `generation = ${state("rollups_shown", 1)}`];
  const until = `(SELECT ${state("narrowed_until", 0)} AS until)`;
  const sums = `${SUMS.join(", ")}, latency`;

  const named = by === "user" || by === "tag" ? namedOf(slice, by, granularity) : [];
  const slots = by === "user" && picked?.length && !picked.includes("") ? slotsOf(named) : [];
  const few = slots.length > 0 && slots.length * (picked?.length ?? 0) <= MOST_LOOKUPS;
  const without = by === "user" && picked !== null ? named.map((reading) => ({ ...reading, sign: -1, told: 0 })) : [];
  const readings = [...(few ? [] : [...named, ...without]), ...(by === "tag" ? [] : wholeOf(slice, by, granularity))];
  const parts = readings.map(({ series, first, past, days, sign, told }) => [series, first, past, days, sign, told]);
  const walked = [...key, "rollups.series = part.series", "slot >= part.first", "slot < part.past", ...tests];
  const walk = `SELECT iif(told, ${GROUP_SQL[by]}, ${picked === null ? "NULL" : "''"}) AS grp, sign, slot, ${sums}
    FROM part CROSS JOIN rollups WHERE ${walked.join(" AND ")}`;
  const withParts = `WITH part (series, first, past, sign, told) AS MATERIALIZED (
      SELECT value ->> 0, iif(value ->> 3 = 'rest', max(value ->> 1, until), value ->> 1),
        iif(value ->> 3 = 'narrowed', min(value ->> 2, until), value ->> 2), value ->> 4, value ->> 5
      FROM ${until}, json_each(${params.of(JSON.stringify(parts))}))`;
  if (!few) return `${withParts} ${walk}`;
  const found = [
    ...key,
    "rollups.series = place.series",
    "rollups.slot = place.slot",
    "rollups.value = pick.value",
    ...tests,
  ];
  return `${withParts}, place (series, slot) AS MATERIALIZED (
      SELECT value ->> 0, value ->> 1 FROM ${until}, json_each(${params.of(JSON.stringify(slots))})
      WHERE value ->> 2 = 'all' OR (value ->> 2 = 'narrowed') = (value ->> 1 < until))
    ${walk}
    UNION ALL SELECT iif(turn.value = 1, rollups.value, ''), turn.value, rollups.slot, ${sums}
    FROM place CROSS JOIN json_each(${params.of(JSON.stringify(picked))}) AS pick CROSS JOIN rollups CROSS JOIN json_each('[1,-1]') AS turn
    WHERE ${found.join(" AND ")}`;
}

/**
 * The sums of the first groups, and as the last row, with the group null, those of all groups together.
 * @param most groups besides that row
 */
export function groupsQuery(slice: Slice, by: GroupBy, order: "cost_nano_usd" | "count", most: number): Query {
  const params = new Params();
  const added = `SELECT grp, ${ADDED} FROM (${rowsOf(slice, by, null, params, null)}) GROUP BY grp`;
  // Those of no user are all, which are the group null, without those of users.
  const groups =
    by === "user"
      ? `each AS MATERIALIZED (${added}), g AS MATERIALIZED (
          SELECT * FROM each WHERE grp IS NOT NULL AND count <> 0
          UNION ALL SELECT '', ${SUMS.map((sum) => `sum(iif(grp IS NULL, ${sum}, -${sum}))`).join(", ")} FROM each
          HAVING sum(iif(grp IS NULL, count, -count)) <> 0)`
      : `g AS MATERIALIZED (${added} HAVING sum(sign * count) <> 0)`;
  const sql = `WITH ${groups}
    SELECT * FROM (SELECT 0 AS start, grp, 1 AS groups, ${SUMS.join(", ")} FROM g ORDER BY ${order} DESC, count DESC, grp LIMIT ${most})
    UNION ALL SELECT 0, NULL, count(*), ${WHOLE} FROM g`;
  return { sql, values: params.values };
}

/** The sums of picked groups, and of the others together as the group null; by steps of a series, if one is asked for. */
export function seriesQuery(
  slice: Slice,
  by: GroupBy,
  picked: readonly string[],
  granularity: Granularity | null,
): Query {
  const params = new Params();
  const { start, group } = placesOf(picked, granularity, params);
  const sql = `SELECT ${start} AS start, ${group} AS grp, 0 AS groups, ${ADDED} FROM (${rowsOf(slice, by, granularity, params, picked)})
    GROUP BY 1, 2 HAVING sum(sign * count) <> 0 ORDER BY 1, 2`;
  return { sql, values: params.values };
}

/**
 * The histograms of groups, and of those that are not picked together; by steps of a series, if one is asked for. Few of them
 * are read as they are (times.ts), of many the sums.
 */
export function timesQuery(
  slice: Slice,
  by: GroupBy,
  picked: readonly string[],
  granularity: Granularity | null = null,
): Query {
  return {
    ...storedTimesQuery(slice, by, picked, granularity),
    otherwise: addedTimesQuery(slice, by, picked, granularity),
  };
}

function storedTimesQuery(
  slice: Slice,
  by: GroupBy,
  picked: readonly string[],
  granularity: Granularity | null,
): Query {
  const params = new Params();
  const { start, group } = placesOf(picked, granularity, params);
  const sql = `WITH few AS MATERIALIZED (
      SELECT ${start} AS start, ${group} AS grp, sign, replace(latency, '"', '') AS times
      FROM (${rowsOf(slice, by, granularity, params, picked)}) LIMIT ${MOST_TIMES + 1}),
    size AS MATERIALIZED (SELECT count(*) <= ${MOST_TIMES} AND coalesce(sum(length(times)), 0) <= ${MOST_SIGNS} AS fits FROM few)
    SELECT few.* FROM few, size WHERE fits UNION ALL SELECT NULL, NULL, NULL, NULL FROM size WHERE NOT fits`;
  return { sql, values: params.values };
}

function addedTimesQuery(slice: Slice, by: GroupBy, picked: readonly string[], granularity: Granularity | null): Query {
  const params = new Params();
  const { start, group } = placesOf(picked, granularity, params);
  const sql = `SELECT start, grp, 1 AS sign, replace(json_group_object(bucket, n), '"', '') AS times FROM (
      SELECT ${start} AS start, ${group} AS grp, bucket.key AS bucket, sum(sign * bucket.value) AS n
      FROM (${rowsOf(slice, by, granularity, params, picked)}) AS row, json_each(row.latency) AS bucket
      GROUP BY 1, 2, 3 HAVING sum(sign * bucket.value) <> 0)
    GROUP BY start, grp`;
  return { sql, values: params.values };
}

function placesOf(picked: readonly string[], granularity: Granularity | null, params: Params) {
  const group =
    picked.length === 0
      ? "NULL"
      : `CASE WHEN grp IN (SELECT j.value FROM json_each(${params.of(JSON.stringify(picked))}) AS j) THEN grp END`;
  if (granularity === null) return { start: "0", group };
  const { length, origin } = GRANULARITIES[granularity];
  return { start: `slot - (slot - ${origin}) % ${length}`, group };
}

/** Runs queries together, so that all of them see the same rollups. */
export async function ask<T extends object>(db: D1DatabaseSession, queries: readonly Query[]): Promise<T[][]> {
  if (queries.length === 0) return [];
  const answers = await db.batch<T>(queries.map(({ sql, values }) => db.prepare(sql).bind(...values)));
  const found = answers.map(({ results }) => results);
  const left = queries.flatMap(({ otherwise }, n) => (otherwise && gaveUp(found[n]?.[0]) ? [{ n, otherwise }] : []));
  const more = await ask<T>(
    db,
    left.map(({ otherwise }) => otherwise),
  );
  for (const [at, { n }] of left.entries()) found[n] = more[at] ?? [];
  return found;
}

function gaveUp(row: object | undefined): boolean {
  return row !== undefined && Object.values(row).every((value) => value === null);
}
