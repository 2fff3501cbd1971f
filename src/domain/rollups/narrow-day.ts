import { DAY, NARROW, type NarrowSeries } from "./narrow.ts";
import { SERIES, SUMS } from "./rollup.ts";

/** Seconds after its end in which a day is left alone: a drain that was planned before its end may not be written yet. */
const SETTLED = 3_600;

const TOLD = ["value", "service", "environment", "model", "provider", "operation"] as const;

/** Parameters: the project, the generation, when the day begins and when it ends. */
function insertOf(series: NarrowSeries): string {
  const { of, tells } = NARROW[series];
  const kept = (name: string) => ((tells as readonly string[]).includes(name) ? name : "''");
  const places = ["place", ...TOLD].join(", ");
  const here = ["place", ...TOLD].map((name) => `row.${name}`).join(", ");
  const rows = `SELECT slot - slot % ${SERIES[series]} AS place, ${TOLD.map((name) => `${kept(name)} AS ${name}`).join(", ")},
      ${SUMS.join(", ")}, latency
    FROM rollups WHERE project_id = ?1 AND generation = ?2 AND series = '${of}' AND slot >= ?3 AND slot < ?4`;
  return `WITH
    sums AS (SELECT ${places}, ${SUMS.map((sum) => `sum(${sum}) AS ${sum}`).join(", ")}
      FROM (${rows}) GROUP BY ${places} HAVING sum(count) <> 0),
    counts AS (SELECT ${here}, bucket.key AS bucket, sum(bucket.value) AS n
      FROM (${rows}) AS row, json_each(row.latency) AS bucket
      GROUP BY ${here}, bucket.key HAVING sum(bucket.value) <> 0),
    times AS (SELECT ${places}, json_group_object(bucket, n) AS latency FROM counts GROUP BY ${places})
    INSERT INTO rollups (project_id, generation, series, slot, ${TOLD.join(", ")}, ${SUMS.join(", ")}, latency)
    SELECT ?1, ?2, '${series}', ${places}, ${SUMS.join(", ")}, coalesce(latency, '{}')
    FROM sums LEFT JOIN times USING (${places})`;
}

const INSERTS = (Object.keys(NARROW) as NarrowSeries[]).map(insertOf);

/**
 * Narrows the oldest day that is over and is not narrowed yet, all of it or nothing. Side by side, one of two does it.
 * @param now milliseconds
 * @returns whether there may be more
 */
export async function narrowDay(db: D1Database, projectId: string, now: number): Promise<boolean> {
  const today = Math.floor((now / 1000 - SETTLED) / DAY) * DAY;
  const state = await db
    .prepare(
      `SELECT rollups_shown AS generation, narrowed_until AS until FROM project_state WHERE project_id = ?1
       UNION ALL SELECT 1, 0 LIMIT 1`,
    )
    .bind(projectId)
    .first<{ generation: number; until: number }>();
  const { generation, until } = state ?? { generation: 1, until: 0 };
  if (until >= today) return false;
  const oldest = await db
    .prepare(
      `SELECT min(slot) AS slot FROM (
         SELECT min(slot) AS slot FROM rollups WHERE project_id = ?1 AND generation = ?2 AND series = 'call_day' AND slot >= ?3
         UNION ALL
         SELECT min(slot) FROM rollups WHERE project_id = ?1 AND generation = ?2 AND series = 'run_day' AND slot >= ?3)`,
    )
    .bind(projectId, generation, until)
    .first<{ slot: number | null }>();
  const day = oldest?.slot ?? null;
  // A project that has counted nothing needs no row for it.
  if (day === null) return false;
  const past = day >= today;
  const next = past ? today : day + DAY;
  try {
    await db.batch([
      db.prepare("INSERT OR IGNORE INTO project_state (project_id) VALUES (?)").bind(projectId),
      // Fails on its key if somebody else has narrowed, or shows another generation, since.
      db
        .prepare(
          `INSERT INTO project_state (project_id) SELECT project_id FROM project_state
           WHERE project_id = ?1 AND (rollups_shown <> ?2 OR narrowed_until <> ?3)`,
        )
        .bind(projectId, generation, until),
      ...(past ? [] : INSERTS.map((sql) => db.prepare(sql).bind(projectId, generation, day, day + DAY))),
      db.prepare("UPDATE project_state SET narrowed_until = ?2 WHERE project_id = ?1").bind(projectId, next),
    ]);
  } catch (error) {
    if (!/UNIQUE constraint failed: project_state/.test(String(error))) throw error;
  }
  return !past;
}
