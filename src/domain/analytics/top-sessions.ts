import { Params } from "../runs/params.ts";
import type { Span } from "./range.ts";
import type { Query } from "./source.ts";
import type { TopQuery } from "./top.ts";

/**
 * Runs whose sessions are looked at, the most expensive of the range: no index has sessions by what they cost, and a session
 * that is among the most expensive nearly always has one of the most expensive runs.
 */
export const RUNS_LOOKED_AT = 2_000;

/**
 * The sums of sessions over the most expensive runs of a range; `whole` = 1 if these are all of its runs. The runs are found in
 * runs_by_start, which carries their cost, and only those that are looked at are read.
 */
export function topSessionsQuery(
  projectId: string,
  { service, environment, limit }: Pick<TopQuery, "service" | "environment" | "limit">,
  span: Span,
): Query {
  const params = new Params();
  const project = params.of(projectId);
  const any = (column: string, values: readonly string[] | undefined) =>
    values?.length ? `AND ${column} IN (SELECT j.value FROM json_each(${params.of(JSON.stringify(values))}) AS j)` : "";
  const sql = `
    WITH costly AS MATERIALIZED (
      SELECT id FROM runs INDEXED BY runs_by_start
      WHERE project_id = ${project} AND started_ns >= ${params.nano(`${span.from}000000000`)}
        AND started_ns < ${params.nano(`${span.to}000000000`)} ${any("service", service)} ${any("environment", environment)}
      ORDER BY cost_nano_usd DESC LIMIT ${RUNS_LOOKED_AT + 1})
    SELECT id, name, runs, calls, cost, unpriced, whole FROM (
      SELECT session_id AS id, max(started_ns), name, count(*) AS runs, sum(llm_call_count) AS calls,
        sum(details ->> 'known_cost_nano_usd') AS cost,
        sum((SELECT coalesce(sum(value), 0) FROM json_each(details, '$.unpriced') WHERE key <> 'refused')) AS unpriced,
        (SELECT count(*) FROM costly) <= ${RUNS_LOOKED_AT} AS whole
      FROM costly CROSS JOIN runs ON runs.project_id = ${project} AND runs.id = costly.id
      WHERE +session_id IS NOT NULL
      GROUP BY session_id)
    WHERE cost > 0 ORDER BY cost DESC, id LIMIT ${params.of(limit)}`;
  return { sql, values: params.values };
}
