import { COUNT_BOUND, NEWEST } from "./bounds.ts";

/**
 * Ids of the sessions whose runs started last, found among the newest runs. One of more runs than COUNT_BOUND is passed
 * over: its sums would have to read all of them.
 */
export function newestSessions(db: D1DatabaseSession, projectId: string): D1PreparedStatement {
  return db
    .prepare(
      `SELECT id, CAST(at AS TEXT) AS at FROM (
         SELECT session_id AS id, max(started_ns) AS at
         FROM (SELECT session_id, started_ns FROM runs WHERE project_id = ?1 ORDER BY started_ns DESC, id DESC LIMIT ${COUNT_BOUND})
         WHERE session_id IS NOT NULL GROUP BY session_id ORDER BY at DESC, id DESC LIMIT ${NEWEST}) AS newest
       WHERE NOT EXISTS (
         SELECT 1 FROM runs WHERE project_id = ?1 AND session_id = newest.id LIMIT 1 OFFSET ${COUNT_BOUND})
       ORDER BY newest.at DESC, id DESC`,
    )
    .bind(projectId);
}
