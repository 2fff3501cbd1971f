import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import type { RunKind } from "../../events/event.ts";
import { cursorOf, parseCursor } from "../runs/cursor.ts";
import { loadSettings } from "../settings/load.ts";
import type { Session } from "./schema.ts";
import { sumSessions } from "./sums.ts";

/**
 * The newest start of each session. Steps from one session id to the next by the index `runs_by_session`, so that its cost
 * grows with the number of sessions and not with their runs; no row is kept that a late or moved run could make wrong.
 */
const LATEST_SQL = `
  WITH RECURSIVE ids(id) AS (
    SELECT min(session_id) FROM runs WHERE project_id = ?1 AND session_id IS NOT NULL
    UNION ALL
    SELECT (SELECT min(session_id) FROM runs WHERE project_id = ?1 AND session_id > ids.id) FROM ids WHERE id IS NOT NULL
  ), latest(id, at) AS (
    SELECT id, (SELECT started_ns FROM runs WHERE project_id = ?1 AND session_id = ids.id ORDER BY started_ns DESC LIMIT 1)
    FROM ids WHERE id IS NOT NULL
  )
  SELECT id, CAST(at AS TEXT) AS at FROM latest`;

export interface SessionFilter {
  user_id?: string | undefined;
  kind?: RunKind | undefined;
  limit: number;
  cursor?: string | undefined;
}

/**
 * Sessions of the project with their sums, the one whose newest run started last first.
 * @throws AppError `invalid_request` for a cursor that is none
 */
export async function listSessions(
  ctx: Ctx,
  filter: SessionFilter,
): Promise<{ data: Session[]; next_cursor: string | null }> {
  requireScope(ctx, "read");
  const where = ["true"];
  const values: (string | number)[] = [ctx.projectId, filter.limit + 1];
  if (filter.cursor !== undefined) {
    const { started, id } = parseCursor(filter.cursor);
    values.push(started, id);
    where.push("(at, id) < (CAST(?3 AS INTEGER), ?4)");
  }
  for (const column of ["user_id", "kind"] as const) {
    const value = filter[column];
    if (value === undefined) continue;
    values.push(value);
    where.push(
      `EXISTS (SELECT 1 FROM runs WHERE project_id = ?1 AND session_id = latest.id AND ${column} = ?${values.length})`,
    );
  }
  const db = readDbFor(ctx.env, ctx.projectId);
  const { results } = await db
    .prepare(`${LATEST_SQL} WHERE ${where.join(" AND ")} ORDER BY latest.at DESC, latest.id DESC LIMIT ?2`)
    .bind(...values)
    .all<{ id: string; at: string }>();
  const page = results.slice(0, filter.limit);
  const last = results.length > filter.limit ? page.at(-1) : undefined;
  const data = await sumSessions(
    db,
    ctx.projectId,
    page.map(({ id }) => id),
    await loadSettings(ctx.env, ctx.projectId),
  );
  return { data, next_cursor: last ? cursorOf(last.at, last.id) : null };
}
