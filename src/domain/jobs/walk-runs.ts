import { type Nano, nanoFromMs } from "../../events/nano.ts";

/** Runs by when they started: `from` inclusive, `to` exclusive. */
export interface Window {
  from: Nano;
  to: Nano;
}

/** All runs: SQLite's integers end there. */
export const ALL_TIME: Window = { from: nanoFromMs(0), to: "9223372036854775807" };

/** The last run that was done: start in nanoseconds, and id. null at the beginning. */
export type WalkCursor = [started: Nano, id: string] | null;

/** How many runs a walk will meet. */
export async function countRuns(db: D1Database, projectId: string, { from, to }: Window): Promise<number> {
  const row = await db
    .prepare(
      `SELECT count(*) AS n FROM runs
       WHERE project_id = ? AND started_ns >= CAST(? AS INTEGER) AND started_ns < CAST(? AS INTEGER)`,
    )
    .bind(projectId, from, to)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** The next runs of a walk, oldest first. Uses runs_by_start. */
export async function nextRuns(
  db: D1Database,
  projectId: string,
  { from, to }: Window,
  cursor: WalkCursor,
  limit: number,
): Promise<{ ids: string[]; cursor: WalkCursor }> {
  const { results } = await db
    .prepare(
      `SELECT id, CAST(started_ns AS TEXT) AS started FROM runs
       WHERE project_id = ? AND started_ns < CAST(? AS INTEGER) AND (started_ns, id) > (CAST(? AS INTEGER), ?)
       ORDER BY started_ns, id LIMIT ?`,
    )
    .bind(projectId, to, cursor?.[0] ?? from, cursor?.[1] ?? "", limit)
    .all<{ id: string; started: Nano }>();
  const last = results.at(-1);
  return { ids: results.map(({ id }) => id), cursor: last ? [last.started, last.id] : cursor };
}
