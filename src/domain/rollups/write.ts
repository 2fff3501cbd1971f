import { jsonRows } from "../../db/json-rows.ts";
import { DAY, narrowed } from "./narrow.ts";
import { isNothing, type Measures, MINUTES_KEPT_MS, type RollupKey, type Rollups, SERIES, SUMS } from "./rollup.ts";

/** Rollups of one statement: far below the 2 MB that a parameter may have. */
const ROWS_AT_ONCE = 500;

const KEY = [
  "series",
  "slot",
  "value",
  "service",
  "environment",
  "model",
  "provider",
  "operation",
] as const satisfies readonly (keyof RollupKey)[];

const COLUMNS = [...KEY, ...SUMS, "latency"];

const upsert = (test: string) => `INSERT INTO rollups (project_id, generation, ${COLUMNS.join(", ")})
  SELECT ?1, ?2, ${COLUMNS.map((_, n) => `e ->> ${n}`).join(", ")} FROM ${jsonRows("?3")} WHERE ${test}
  ON CONFLICT (project_id, generation, ${KEY.join(", ")}) DO UPDATE SET
  ${SUMS.map((column) => `${column} = ${column} + excluded.${column}`).join(", ")},
  latency = CASE WHEN excluded.latency = '{}' THEN latency ELSE (
    SELECT json_group_object(bucket, n) FROM (
      SELECT bucket, sum(n) AS n FROM (
        SELECT key AS bucket, value AS n FROM json_each(rollups.latency)
        UNION ALL SELECT key, value FROM json_each(excluded.latency)
      ) GROUP BY bucket HAVING sum(n) <> 0 ORDER BY bucket)) END`;
const UPSERT = upsert("true");
/** Only to days that are narrowed already: the others will be with all that is in them then. */
const UPSERT_NARROW = upsert(
  "e ->> 1 < (SELECT narrowed_until FROM project_state WHERE project_id = ?1 AND rollups_shown = ?2)",
);

const DELETE_EMPTY = `DELETE FROM rollups WHERE project_id = ?1 AND generation = ?2 AND count = 0
  AND (${KEY.join(", ")}) IN (SELECT ${KEY.map((_, n) => `e ->> ${n}`).join(", ")} FROM ${jsonRows("?3")})`;

/** Adds to a project's rollups what is in these; those that come to nothing are no longer there. */
export function addRollups(
  db: D1Database,
  projectId: string,
  generation: number,
  rollups: Rollups,
): D1PreparedStatement[] {
  const oldest = (Date.now() - MINUTES_KEPT_MS) / 1000;
  const changed = [...rollups.values()].filter(
    ({ key, measures }) => !isNothing(measures) && (SERIES[key.series] > 60 || key.slot >= oldest),
  );
  const today = Math.floor(Date.now() / 1000 / DAY) * DAY;
  const late = [...narrowed(rollups, today).values()].filter(({ measures }) => !isNothing(measures));
  const shrunk = [...changed, ...late].filter(({ measures }) => measures.count < 0);
  return [
    ...chunks(changed.map(({ key, measures }) => [...keyOf(key), ...sumsOf(measures)])).map((rows) =>
      db.prepare(UPSERT).bind(projectId, generation, rows),
    ),
    ...chunks(late.map(({ key, measures }) => [...keyOf(key), ...sumsOf(measures)])).map((rows) =>
      db.prepare(UPSERT_NARROW).bind(projectId, generation, rows),
    ),
    ...chunks(shrunk.map(({ key }) => keyOf(key))).map((rows) =>
      db.prepare(DELETE_EMPTY).bind(projectId, generation, rows),
    ),
  ];
}

function keyOf(key: RollupKey): (string | number)[] {
  return KEY.map((column) => key[column]);
}

function sumsOf(measures: Measures): (string | number)[] {
  return [...SUMS.map((column) => measures[column]), latencyJson(measures)];
}

/** In the order in which SQLite writes it, so that the same counts are the same text. */
function latencyJson({ latency }: Measures): string {
  const buckets = [...latency].map(([bucket, count]) => [String(bucket), count] as const);
  buckets.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${buckets.map(([bucket, count]) => `"${bucket}":${count}`).join(",")}}`;
}

function chunks(rows: unknown[][]): string[] {
  const out: string[] = [];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
    out.push(JSON.stringify(rows.slice(from, from + ROWS_AT_ONCE)));
  return out;
}
