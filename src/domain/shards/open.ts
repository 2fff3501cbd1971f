import { type Pass, TakenOver } from "./pass.ts";
import type { Table } from "./tables.ts";
import { watch } from "./triggers.ts";

/** Enters a move, and from then on has every change of the project noted. Ends a move before it that did not get through. */
export async function openMove(
  env: Env,
  { projectId, moveId, from, to }: Pass,
  shards: { from: number },
  tables: readonly Table[],
): Promise<void> {
  // In this order: an older move can no longer switch, then no longer write, and then its fence may fall.
  const { meta } = await env.DB.prepare("UPDATE projects SET moving = ? WHERE id = ? AND shard = ?")
    .bind(moveId, projectId, shards.from)
    .run();
  if (meta.changes === 0) throw new TakenOver("The project is on another shard by now.");
  await to.batch([enter(to, projectId, "to", moveId)]);
  await from.batch([
    from
      .prepare(
        `DELETE FROM project_changes WHERE project_id = ?1 AND NOT EXISTS (
           SELECT 1 FROM project_moves WHERE project_id = ?1 AND role = 'from' AND move_id = ?2)`,
      )
      .bind(projectId, moveId),
    enter(from, projectId, "from", moveId),
    ...watch(from, projectId, tables),
  ]);
}

/** Writes the row of a move, in the place of another move's. Its own, if it is there already, stays as it is. */
export function enter(db: D1Database, projectId: string, role: "from" | "to", moveId: string): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO project_moves (project_id, role, move_id) VALUES (?, ?, ?) ON CONFLICT (project_id, role) DO UPDATE
       SET move_id = excluded.move_id, token = NULL, fence = NULL, closed = 0 WHERE move_id <> excluded.move_id`,
    )
    .bind(projectId, role, moveId);
}
