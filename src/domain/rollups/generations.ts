import { SERIES, type Series } from "./rollup.ts";

/** Rows that one call deletes: well under a second of work. */
const ROWS_A_STEP = 2_000;

/** Which generation of rollups analytics show, and the newest that is written. */
export async function rollupState(
  db: D1Database | D1DatabaseSession,
  projectId: string,
): Promise<{ shown: number; written: number }> {
  const row = await db
    .prepare("SELECT rollups_shown AS shown, rollups_written AS written FROM project_state WHERE project_id = ?")
    .bind(projectId)
    .first<{ shown: number; written: number }>();
  return row ?? { shown: 1, written: 1 };
}

/** From now on whoever writes a run counts it in this generation as well. A second time changes nothing. */
export async function beginGeneration(db: D1Database, projectId: string, generation: number): Promise<void> {
  await db.batch([
    db.prepare("INSERT OR IGNORE INTO project_state (project_id) VALUES (?)").bind(projectId),
    // A projection that does not know of it yet must read again.
    db
      .prepare(
        "UPDATE project_state SET rollups_written = ?2, rewrites = rewrites + 1 WHERE project_id = ?1 AND rollups_written < ?2",
      )
      .bind(projectId, generation),
  ]);
}

/** Shows a generation that counts every run; none of its days are narrowed yet. */
export async function showGeneration(db: D1Database, projectId: string, generation: number): Promise<void> {
  await db
    .prepare(
      "UPDATE project_state SET rollups_shown = ?2, narrowed_until = 0, rewrites = rewrites + 1 WHERE project_id = ?1 AND rollups_shown < ?2",
    )
    .bind(projectId, generation)
    .run();
}

/** Deletes some of what older generations counted. @returns whether there is more */
export async function deleteOlder(db: D1Database, projectId: string, generation: number): Promise<boolean> {
  const oldest = await db
    .prepare("SELECT min(generation) AS generation FROM rollups WHERE project_id = ?")
    .bind(projectId)
    .first<{ generation: number | null }>();
  if (oldest?.generation == null || oldest.generation >= generation) return false;
  for (const series of Object.keys(SERIES) as Series[]) {
    const of = [projectId, oldest.generation, series] as const;
    const end = await db
      .prepare(
        `SELECT slot FROM rollups WHERE project_id = ? AND generation = ? AND series = ? ORDER BY slot LIMIT 1 OFFSET ${ROWS_A_STEP}`,
      )
      .bind(...of)
      .first<{ slot: number }>();
    const { meta } = await db
      .prepare("DELETE FROM rollups WHERE project_id = ? AND generation = ? AND series = ? AND slot <= ?")
      .bind(...of, end?.slot ?? Number.MAX_SAFE_INTEGER)
      .run();
    if (meta.changes > 0) return true;
  }
  return false;
}
