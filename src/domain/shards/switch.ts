import { readShard } from "../../db/shards.ts";
import { copyChanges } from "./changes.ts";
import { type Pass, TakenOver, writing } from "./pass.ts";
import { sameTables } from "./tables.ts";
import { isWatched } from "./triggers.ts";

/** How long writers are shut out at the most. Then they go on, and the move comes back when there is less to copy. */
const FENCE_MS = 5_000;

export interface Switched {
  outcome: "switched" | "too many changes" | "not watched";
  seen: number;
  changes: number;
}

/**
 * Shuts writers out, copies the last changes, and makes the other shard the project's. Once the other shard is closed,
 * having everything, the fence does not fall any more: whoever comes after can only switch. Until then a try that fails
 * takes its own fence away, and no other's.
 */
export async function closeAndSwitch(
  env: Env,
  pass: Pass,
  state: { from: number; to: number; seen: number },
): Promise<Switched> {
  let { seen } = state;
  let changes = 0;
  const switched: Switched = { outcome: "switched", seen, changes };
  if ((await readShard(env, pass.projectId)) === state.to) return switched;
  if (!(await isClosed(pass))) {
    let closing = false;
    try {
      await fence(pass);
      const until = Date.now() + FENCE_MS;
      const tables = await sameTables(pass.from, pass.to);
      if (!(await isWatched(pass.from, pass.projectId, tables))) {
        await unfence(pass);
        return { outcome: "not watched", seen, changes };
      }
      for (let more = true; more; ) {
        const round = await copyChanges(pass, tables, seen);
        seen = round.seen;
        changes += round.changes;
        more = round.more;
        if (more && Date.now() > until) {
          await unfence(pass);
          return { outcome: "too many changes", seen, changes };
        }
      }
      closing = true;
      await close(pass);
    } catch (error) {
      if (!closing) await unfence(pass).catch(() => undefined);
      throw error;
    }
  }
  await flip(env, pass, state);
  return { ...switched, seen, changes };
}

async function isClosed({ projectId, moveId, to }: Pass): Promise<boolean> {
  const row = await to
    .prepare("SELECT closed FROM project_moves WHERE project_id = ? AND role = 'to' AND move_id = ?")
    .bind(projectId, moveId)
    .first<{ closed: number }>();
  if (!row) throw new TakenOver("Another move has begun.");
  return row.closed === 1;
}

async function fence({ projectId, moveId, from, token }: Pass): Promise<void> {
  const { meta } = await from
    .prepare("UPDATE project_moves SET fence = ? WHERE project_id = ? AND role = 'from' AND move_id = ?")
    .bind(token, projectId, moveId)
    .run();
  if (meta.changes === 0) throw new TakenOver("Another move has begun.");
}

async function unfence({ projectId, from, token }: Pass): Promise<void> {
  await from
    .prepare("UPDATE project_moves SET fence = NULL WHERE project_id = ? AND role = 'from' AND fence = ?")
    .bind(projectId, token)
    .run();
}

async function close(pass: Pass): Promise<void> {
  const { projectId, to } = pass;
  await to.batch([
    writing(pass),
    to.prepare("UPDATE project_moves SET closed = 1 WHERE project_id = ? AND role = 'to'").bind(projectId),
  ]);
}

async function flip(env: Env, { projectId, moveId }: Pass, { from, to }: { from: number; to: number }): Promise<void> {
  const { meta } = await env.DB.prepare(
    "UPDATE projects SET shard = ?, moving = NULL WHERE id = ? AND shard = ? AND moving = ?",
  )
    .bind(to, projectId, from, moveId)
    .run();
  // Another try of this step may have been quicker.
  if (meta.changes === 0 && (await readShard(env, projectId)) !== to) throw new TakenOver("Another move has begun.");
}
