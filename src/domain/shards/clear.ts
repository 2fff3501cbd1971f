import { deleteDocs } from "./docs.ts";
import type { Table } from "./tables.ts";

/** Rows that one call deletes: well under a second of work. */
const ROWS_A_STEP = 1_000;

/**
 * Deletes some of a project's rows in a database that does not have to have them.
 * @param guard fails the batch if they are no longer to be deleted
 * @returns how many; fewer than asked for means that there are none left
 */
export async function clearSome(
  db: D1Database,
  projectId: string,
  tables: readonly Table[],
  guard: D1PreparedStatement,
): Promise<{ deleted: number; left: boolean }> {
  let deleted = 0;
  for (const table of tables) {
    const key = ["project_id", ...table.key].join(", ");
    const rows = `SELECT * FROM ${table.name} WHERE project_id = ? ORDER BY ${key} LIMIT ${ROWS_A_STEP - deleted}`;
    const results = await db.batch([
      guard,
      ...deleteDocs(db, projectId, table, rows, [projectId]),
      db.prepare(`DELETE FROM ${table.name} WHERE (${key}) IN (SELECT ${key} FROM (${rows}))`).bind(projectId),
    ]);
    deleted += results.at(-1)?.meta.changes ?? 0;
    if (deleted >= ROWS_A_STEP) return { deleted, left: true };
  }
  return { deleted, left: false };
}
