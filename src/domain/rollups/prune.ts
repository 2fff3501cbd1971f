/** Rows that one call deletes at least, if there are as many: well under a second of work. */
const ROWS_A_STEP = 2_000;

/**
 * Deletes sums by the minute from before a time, some of them.
 * @param before milliseconds since the epoch
 * @returns how many rows; 0 when none are left
 */
export async function pruneMinutes(db: D1Database, projectId: string, before: number): Promise<number> {
  const { results: generations } = await db
    .prepare("SELECT DISTINCT generation FROM rollups WHERE project_id = ?")
    .bind(projectId)
    .all<{ generation: number }>();
  const end = Math.floor(before / 1000);
  for (const { generation } of generations) {
    for (const series of ["call_minute", "run_minute"]) {
      const of = [projectId, generation, series, end] as const;
      const limit = await db
        .prepare(
          `SELECT slot FROM rollups WHERE project_id = ? AND generation = ? AND series = ? AND slot < ?
           ORDER BY slot LIMIT 1 OFFSET ${ROWS_A_STEP}`,
        )
        .bind(...of)
        .first<{ slot: number }>();
      const { meta } = await db
        .prepare("DELETE FROM rollups WHERE project_id = ? AND generation = ? AND series = ? AND slot < ?")
        .bind(...of.slice(0, 3), limit ? limit.slot + 60 : end)
        .run();
      if (meta.changes > 0) return meta.changes;
    }
  }
  return 0;
}
