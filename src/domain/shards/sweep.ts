import { clearSome } from "./clear.ts";
import { enter } from "./open.ts";
import { type Pass, TakenOver } from "./pass.ts";
import { readTables } from "./tables.ts";
import { unwatch } from "./triggers.ts";

/** Makes ready to delete what a shard has of a project that is not on it. It goes on refusing all but deletions. */
export async function beginSweep(
  env: Env,
  shard: D1Database,
  { projectId, moveId }: Pass,
  { to }: { to: number },
): Promise<void> {
  // A move before this one that did not get through can no longer switch: its rows are deleted here, too.
  const { meta } = await env.DB.prepare("UPDATE projects SET moving = NULL WHERE id = ? AND shard = ?")
    .bind(projectId, to)
    .run();
  if (meta.changes === 0) throw new TakenOver("The project is on another shard by now.");
  await shard.batch([
    shard.prepare("DELETE FROM project_moves WHERE project_id = ? AND role = 'to'").bind(projectId),
    enter(shard, projectId, "from", moveId),
    ...unwatch(shard, projectId, await readTables(shard), ["delete"]),
  ]);
}

/** Deletes some of a project's rows on a shard that it left. */
export async function sweepSome(shard: D1Database, { projectId, moveId }: Pass) {
  // NULL in a primary key is what fails: no longer this move's, or another one is coming here.
  const guard = shard
    .prepare(
      `INSERT INTO project_moves (project_id, role, move_id) SELECT NULL, 'from', '' WHERE
         NOT EXISTS (SELECT 1 FROM project_moves WHERE project_id = ?1 AND role = 'from' AND move_id = ?2)
         OR EXISTS (SELECT 1 FROM project_moves WHERE project_id = ?1 AND role = 'to')`,
    )
    .bind(projectId, moveId);
  return clearSome(shard, projectId, await readTables(shard), guard);
}

/** Takes away what a shard knows of a project's moves. Its writers are shut out no more, where it is. */
export async function endMove(shard: D1Database, projectId: string): Promise<void> {
  await shard.batch([
    ...unwatch(shard, projectId, await readTables(shard)),
    shard.prepare("DELETE FROM project_changes WHERE project_id = ?").bind(projectId),
    shard.prepare("DELETE FROM project_moves WHERE project_id = ?").bind(projectId),
  ]);
}
