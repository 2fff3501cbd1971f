import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import type { RunKind } from "../../events/event.ts";
import { cursorOf, parseCursor } from "../runs/cursor.ts";
import type { Statement } from "../runs/list-plan.ts";
import { Params } from "../runs/params.ts";
import { loadSettings } from "../settings/load.ts";
import type { Session } from "./schema.ts";
import { sumSessions } from "./sums.ts";

/**
 * Runs of the project, newest first, among which those that are the newest of their session are looked for: a page of sessions is
 * mostly full long before that. As many that are not (of no session, or of few long ones) take 20 ms.
 */
const LOOKED_AT = 5_000;

/**
 * Every session with its newest start. Steps from one session id to the next by the index `runs_by_session`, so that its cost
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
  const db = readDbFor(ctx.env, ctx.projectId);
  const results = (await newestFirst(db, ctx.projectId, filter)) ?? (await amongAll(db, ctx.projectId, filter));
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

/** A session, and when its newest run started. */
interface Latest {
  id: string;
  at: string;
}

/** The page by a walk through the newest runs; null if it would take too many of them. */
async function newestFirst(db: D1DatabaseSession, projectId: string, filter: SessionFilter): Promise<Latest[] | null> {
  const [page, last] = await db.batch<Latest>(
    [newestStatement(projectId, filter), lastLooked(projectId, filter)].map(({ sql, values }) =>
      db.prepare(sql).bind(...values),
    ),
  );
  const found = page?.results ?? [];
  return found.length > filter.limit || last?.results.length === 0 ? found : null;
}

/** Of the runs that are looked at, the newest of sessions that fit: but not those that started with the last one, which may be more. */
export function newestStatement(projectId: string, filter: SessionFilter): Statement {
  const params = new Params();
  const last = lastLooked(projectId, filter, params).sql;
  const project = params.of(projectId);
  const newer = `SELECT 1 FROM runs AS n INDEXED BY runs_by_session WHERE n.project_id = ${project} AND n.session_id = r.session_id
      AND n.started_ns >= r.started_ns AND (n.started_ns > r.started_ns OR n.id > r.id)`;
  const tests = [
    ...lookedAt(project, filter, params),
    `r.started_ns > coalesce((${last}), -1)`,
    "r.session_id IS NOT NULL",
    `NOT EXISTS (${newer})`,
    ...afterCursor("r.started_ns", "r.session_id", filter, params),
    ...testsOf("r.session_id", project, filter, params),
  ];
  return {
    sql: `SELECT r.session_id AS id, CAST(r.started_ns AS TEXT) AS at FROM runs AS r INDEXED BY runs_by_start
      WHERE ${tests.join(" AND ")} ORDER BY r.started_ns DESC, r.session_id DESC LIMIT ${filter.limit + 1}`,
    values: params.values,
    index: "runs_by_start",
  };
}

/** The start of the last run that is looked at; no row if the project has no more than that. */
function lastLooked(projectId: string, filter: SessionFilter, params = new Params()): Statement {
  const where = lookedAt(params.of(projectId), filter, params);
  return {
    sql: `SELECT r.started_ns FROM runs AS r INDEXED BY runs_by_start WHERE ${where.join(" AND ")}
      ORDER BY r.started_ns DESC LIMIT 1 OFFSET ${LOOKED_AT - 1}`,
    values: params.values,
    index: "runs_by_start",
  };
}

function lookedAt(project: string, { cursor }: SessionFilter, params: Params): string[] {
  const at = cursor === undefined ? [] : [`r.started_ns <= ${params.nano(parseCursor(cursor).started)}`];
  return [`r.project_id = ${project}`, ...at];
}

/** The page out of all sessions. */
async function amongAll(db: D1DatabaseSession, projectId: string, filter: SessionFilter): Promise<Latest[]> {
  const params = new Params();
  const project = params.of(projectId);
  const tests = [
    "true",
    ...afterCursor("latest.at", "latest.id", filter, params),
    ...testsOf("latest.id", project, filter, params),
  ];
  const sql = `${LATEST_SQL} WHERE ${tests.join(" AND ")} ORDER BY latest.at DESC, latest.id DESC LIMIT ${filter.limit + 1}`;
  const { results } = await db
    .prepare(sql)
    .bind(...params.values)
    .all<Latest>();
  return results;
}

function afterCursor(at: string, id: string, { cursor }: SessionFilter, params: Params): string[] {
  if (cursor === undefined) return [];
  const place = parseCursor(cursor);
  return [`(${at}, ${id}) < (${params.nano(place.started)}, ${params.of(place.id)})`];
}

/** A session fits if one of its runs does. */
function testsOf(id: string, project: string, filter: SessionFilter, params: Params): string[] {
  return (["user_id", "kind"] as const).flatMap((column) => {
    const value = filter[column];
    if (value === undefined) return [];
    return [
      `EXISTS (SELECT 1 FROM runs INDEXED BY runs_by_session WHERE project_id = ${project} AND session_id = ${id} AND ${column} = ${params.of(value)})`,
    ];
  });
}
