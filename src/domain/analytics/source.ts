import { AppError } from "../../errors.ts";
import { SUMS } from "../rollups/rollup.ts";
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
}

/** Sums as the queries below give them. `groups` = how many different groups they are of. */
export type SumRow = Record<(typeof SUMS)[number], number> & {
  start: number;
  grp: string | null;
  groups: number;
};

/** A histogram as JSON: {bucket: count}. */
export interface HistogramRow {
  start: number;
  grp: string | null;
  latency: string;
}

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

/**
 * The rollups that a slice adds up, each with its group and a sign. Calls without a user are in no series of users, so they
 * are all calls but those of users.
 *
 * The parts are a table, as D1 takes five SELECTs in a UNION at the most. The generation is read by the same statement: one
 * that is no longer shown may be gone a moment later.
 */
function rowsOf(slice: Slice, by: GroupBy, granularity: Granularity | null, params: Params): string {
  checkFields(slice, by);
  const { projectId, span, filter } = slice;
  const project = params.of(projectId);
  const tests = (["service", "environment", "model", "provider"] as const).flatMap((field) =>
    filter[field]?.length
      ? [`${field} IN (SELECT j.value FROM json_each(${params.of(JSON.stringify(filter[field]))}) AS j)`]
      : [],
  );
  const kind = slice.of === "calls" ? "call" : "run";
  const whole = partsOf(span, granularity).map(({ step, from, to }) => [`${kind}_${step}`, from, to] as const);
  const some = [`${kind}_${by}`, span.from, span.to] as const;
  const parts = [
    ...(by === "user" || by === "tag" ? [[...some, 1, 1]] : []),
    ...(by === "user" ? [[...some, -1, 0]] : []),
    ...(by === "tag" ? [] : whole.map((part) => [...part, 1, by === "user" ? 0 : 1])),
  ];
  const where = [
    `project_id = ${project}`,
    `generation = coalesce((SELECT rollups_shown FROM project_state WHERE project_id = ${project}), 1)`,
    "rollups.series = part.series",
    "slot >= part.first",
    "slot < part.past",
    ...tests,
  ];
  return `WITH part (series, first, past, sign, told) AS MATERIALIZED (SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4
      FROM json_each(${params.of(JSON.stringify(parts))}))
    SELECT iif(told, ${GROUP_SQL[by]}, '') AS grp, sign, slot, ${SUMS.join(", ")}, latency
    FROM part CROSS JOIN rollups WHERE ${where.join(" AND ")}`;
}

/**
 * The sums of the first groups, and as the last row, with the group null, those of all groups together.
 * @param most groups besides that row
 */
export function groupsQuery(slice: Slice, by: GroupBy, order: "cost_nano_usd" | "count", most: number): Query {
  const params = new Params();
  const rows = rowsOf(slice, by, null, params);
  const sql = `WITH g AS MATERIALIZED (SELECT grp, ${ADDED} FROM (${rows}) GROUP BY grp HAVING sum(sign * count) <> 0)
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
  const sql = `SELECT ${start} AS start, ${group} AS grp, 0 AS groups, ${ADDED} FROM (${rowsOf(slice, by, granularity, params)})
    GROUP BY 1, 2 HAVING sum(sign * count) <> 0 ORDER BY 1, 2`;
  return { sql, values: params.values };
}

/** The histograms of groups, and of those that are not picked together; by steps of a series, if one is asked for. */
export function histogramsQuery(
  slice: Slice,
  by: GroupBy,
  picked: readonly string[],
  granularity: Granularity | null = null,
): Query {
  const params = new Params();
  const { start, group } = placesOf(picked, granularity, params);
  const sql = `SELECT start, grp, json_group_object(bucket, n) AS latency FROM (
      SELECT ${start} AS start, ${group} AS grp, bucket.key AS bucket, sum(sign * bucket.value) AS n
      FROM (${rowsOf(slice, by, granularity, params)}) AS row, json_each(row.latency) AS bucket
      GROUP BY 1, 2, 3 HAVING sum(sign * bucket.value) <> 0)
    GROUP BY start, grp ORDER BY start, grp`;
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
export async function ask<T>(db: D1DatabaseSession, queries: readonly Query[]): Promise<T[][]> {
  if (queries.length === 0) return [];
  const answers = await db.batch<T>(queries.map(({ sql, values }) => db.prepare(sql).bind(...values)));
  return answers.map(({ results }) => results);
}
