import { copyKeys } from "./copy.ts";
import { type Pass, takePass } from "./pass.ts";
import type { Table } from "./tables.ts";

/** Changes that one round looks at. */
const CHANGES_A_ROUND = 500;

/**
 * Copies rows that were changed since, some of them.
 * @param seen the newest change that was copied
 * @returns the newest that is copied now, how many there were, and whether there may be more
 */
export async function copyChanges(
  pass: Pass,
  tables: readonly Table[],
  seen: number,
): Promise<{ seen: number; changes: number; more: boolean }> {
  await takePass(pass);
  const { results } = await pass.from
    .prepare(
      `SELECT n, source, key FROM project_changes WHERE project_id = ? AND n > ? ORDER BY n LIMIT ${CHANGES_A_ROUND}`,
    )
    .bind(pass.projectId, seen)
    .all<{ n: number; source: string; key: string }>();
  const bySource = Map.groupBy(results, ({ source }) => source);
  for (const table of tables) {
    const changed = bySource.get(table.name);
    if (changed) await copyKeys(pass, table, [...new Set(changed.map(({ key }) => key))]);
  }
  return {
    seen: results.at(-1)?.n ?? seen,
    changes: results.length,
    more: results.length === CHANGES_A_ROUND,
  };
}

/** Drops what is noted of changes that were copied, and that the job knows were. */
export async function dropChanges(db: D1Database, projectId: string, seen: number): Promise<void> {
  await db.prepare("DELETE FROM project_changes WHERE project_id = ? AND n <= ?").bind(projectId, seen).run();
}
