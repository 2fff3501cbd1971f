import type { Ctx } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { sessionNotFound } from "./get.ts";
import { ownRun } from "./own-run.ts";

/** Runs whose logs one page may come from. Nearly all reasoning sessions are one run. */
const MOST_RUNS = 100;

/**
 * The runs of kind `reasoning` of a session, by start: those that are projected, and the session's own at any time.
 * @param from the run to begin with; all if left out
 * @returns their ids; `next` = the first of those that did not fit. None for a session without reasoning
 * @throws AppError `session_not_found`
 */
export async function reasoningRuns(
  ctx: Ctx,
  sessionId: string,
  from: string | null = null,
): Promise<{ ids: string[]; next: string | null }> {
  const db = dbFor(ctx.env, ctx.projectId);
  const { results } = await db
    .prepare(
      `SELECT id FROM runs WHERE project_id = ?1 AND session_id = ?2 AND kind = 'reasoning'
         AND (?3 IS NULL OR (started_ns, id) >= (SELECT started_ns, id FROM runs WHERE project_id = ?1 AND id = ?3))
       ORDER BY started_ns, id LIMIT ?4`,
    )
    .bind(ctx.projectId, sessionId, from, MOST_RUNS + 1)
    .all<{ id: string }>();
  const ids = results.slice(0, MOST_RUNS).map(({ id }) => id);
  const next = results[MOST_RUNS]?.id ?? null;
  const wantsOwn = from === null ? next === null && !ids.includes(sessionId) : ids.length === 0 && from === sessionId;
  if (wantsOwn && (await ownRun(ctx, sessionId))) ids.push(sessionId);
  if (ids.length === 0 && !(await exists(db, ctx.projectId, sessionId))) throw sessionNotFound(sessionId);
  return { ids, next };
}

async function exists(db: D1Database, projectId: string, sessionId: string): Promise<boolean> {
  const row = await db
    .prepare("SELECT 1 FROM runs WHERE project_id = ? AND session_id = ? LIMIT 1")
    .bind(projectId, sessionId)
    .first();
  return row !== null;
}
