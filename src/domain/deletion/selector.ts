import { nanoFromMs } from "../../events/nano.ts";

/** Which runs are to be deleted. `before` is milliseconds since the epoch: begun before, and not heard of since. */
export type Selector = { run_id: string } | { session_id: string } | { user_id: string } | { before: number };

/** How many runs there are to delete. */
export async function countSelected(db: D1Database, projectId: string, selector: Selector): Promise<number> {
  const { where, values } = conditionOf(selector);
  const row = await db
    .prepare(`SELECT count(*) AS n FROM runs WHERE project_id = ? AND ${where}`)
    .bind(projectId, ...values)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** The oldest of the runs to delete; undefined if there is none. */
export async function firstSelected(
  db: D1Database,
  projectId: string,
  selector: Selector,
): Promise<string | undefined> {
  const { where, values } = conditionOf(selector);
  const row = await db
    .prepare(`SELECT id FROM runs WHERE project_id = ? AND ${where} ORDER BY started_ns, id LIMIT 1`)
    .bind(projectId, ...values)
    .first<{ id: string }>();
  return row?.id;
}

/** Which of these runs are to be deleted. */
export async function selectedAmong(
  db: D1Database,
  projectId: string,
  selector: Selector,
  ids: string[],
): Promise<string[]> {
  const { where, values } = conditionOf(selector);
  const { results } = await db
    .prepare(`SELECT id FROM runs WHERE project_id = ? AND id IN (SELECT value FROM json_each(?)) AND ${where}`)
    .bind(projectId, JSON.stringify(ids), ...values)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** By user and by age it walks runs_by_start, whose columns hold both; by session runs_by_session. */
function conditionOf(selector: Selector): { where: string; values: (string | number)[] } {
  if ("run_id" in selector) return { where: "id = ?", values: [selector.run_id] };
  if ("session_id" in selector) return { where: "session_id = ?", values: [selector.session_id] };
  if ("user_id" in selector) return { where: "user_id = ?", values: [selector.user_id] };
  const { before } = selector;
  return { where: "started_ns < CAST(? AS INTEGER) AND seen_at < ?", values: [nanoFromMs(before), before] };
}
