import { CALL_FIELDS } from "../board/newest-calls.ts";
import { inSlot, SLOT_BITS } from "../projection/slots.ts";
import type { Statement } from "../runs/list-plan.ts";
import { Params } from "../runs/params.ts";
import type { CallPlace } from "./cursor.ts";
import { type CallFilter, callLabels, callTests, callTimes, runTests } from "./filter.ts";

/** Labels that are asked for besides the one that leads. */
const MORE_HINTS = 2;

/** A row of `runStatements`: a run that may have calls that fit, or, with `fits` = 0, the last one that was looked at. */
export interface WalkedRun {
  id: string;
  name: string | null;
  service: string | null;
  started: string;
  calls: number | null;
  fits: 0 | 1;
}

/** A walk through runs, newest start first. */
export interface Walk {
  projectId: string;
  after: CallPlace | null;
  /** Runs that each statement gives at the most. */
  rows: number;
  /** Rows of its index that each looks at for them, all within the index: 0.5 ms a thousand. */
  looked: number;
}

/**
 * Nanoseconds that hardly any run takes. Those that took longer have an index of their own (src/db/schema/runs.ts), as they
 * may have begun at any time before a call that is looked for.
 */
const LONG_NS = "86400000000000";

/**
 * The newest runs that may have calls that fit, each statement those of its way. As calls have no index of their own (it
 * would be a third of all rows written), the walk goes by the runs', and by the labels that say in which slots they are.
 */
export function runStatements(filter: CallFilter, walk: Walk): Statement[] {
  if (filter.session_id !== undefined) return [runStatement(filter, walk, "runs_by_session")];
  if (filter.from === undefined) return [runStatement(filter, walk, "runs_by_start")];
  // Runs without an end, and very long ones, may have begun at any time. There are few, and they have indexes of their own.
  return (["runs_by_start", "runs_long", "runs_open"] as const).map((index) => runStatement(filter, walk, index));
}

type Index = "runs_by_start" | "runs_by_session" | "runs_long" | "runs_open";

function runStatement(filter: CallFilter, { projectId, after, rows, looked: most }: Walk, index: Index): Statement {
  const params = new Params();
  const project = params.of(projectId);
  const where = [`runs.project_id = ${project}`];
  const { from, to } = callTimes(filter);
  const [label, ...hints] = index === "runs_by_start" ? callLabels(filter) : [];
  // The slot's bounds are to lead the search, not these.
  const started = label === undefined ? "started_ns" : "+started_ns";
  // A parameter that nothing asks for would be one too many.
  const dayBefore = from === undefined ? null : () => `(${params.nano(from)} - ${LONG_NS})`;
  const earliest = index === "runs_by_start" && dayBefore ? dayBefore() : null;
  if (index === "runs_by_session") where.push(`session_id = ${params.of(filter.session_id as string)}`);
  if (index === "runs_open") where.push("outcome = 0");
  if (index === "runs_long") where.push("outcome > 0", `ended_ns - started_ns > ${LONG_NS}`);
  // Those that began later are among the others.
  if (index === "runs_long" && dayBefore) where.push(`started_ns < ${dayBefore()}`);
  if (earliest) where.push("outcome > 0", `${started} >= ${earliest}`);
  if (to !== undefined) where.push(`${started} < ${params.nano(to)}`);
  const upTo = after && params.nano(after.run.started);
  if (after) where.push(`(${started}, id) ${after.call ? "<=" : "<"} (${upTo}, ${params.of(after.run.id)})`);
  if (label !== undefined) {
    where.unshift(
      `l.project_id = ${project}`,
      `l.label = ${params.of(label)}`,
      ...(earliest ? [`slot >= ${earliest} >> ${SLOT_BITS}`] : []),
      ...(to === undefined ? [] : [`slot <= ${params.nano(to)} >> ${SLOT_BITS}`]),
      ...(upTo ? [`slot <= ${upTo} >> ${SLOT_BITS}`] : []),
      ...hints
        .slice(0, MORE_HINTS)
        .map(
          (hint) =>
            `EXISTS (SELECT 1 FROM run_labels AS h WHERE h.project_id = ${project} AND h.label = ${params.of(hint)} AND h.slot = l.slot)`,
        ),
      inSlot("started_ns", "slot"),
    );
  }
  // CROSS JOIN holds the order of the two: slots first.
  const source = `${label === undefined ? "" : "run_labels AS l CROSS JOIN "}runs INDEXED BY ${index}`;
  const order = `${label === undefined ? "" : "slot DESC, "}started_ns DESC, id DESC`;
  const tests = runTests(filter, params).join(" AND ") || "1";
  const calls = `(SELECT llm_call_count FROM runs AS r WHERE r.project_id = ${project} AND r.id = looked.id)`;
  const looked = `SELECT id, name, service, started_ns, (${tests}) AS fits FROM ${source}
    WHERE ${where.join(" AND ")} ORDER BY ${order} LIMIT ${most}`;
  const found = `SELECT id, name, service, CAST(started_ns AS TEXT) AS started, calls, 1 AS fits
    FROM (SELECT *, ${calls} AS calls FROM looked WHERE fits) WHERE calls > 0 LIMIT ${rows}`;
  const last = `SELECT id, NULL, NULL, CAST(started_ns AS TEXT), NULL, 0 FROM looked LIMIT 1 OFFSET ${most - 1}`;
  return {
    sql: `WITH looked AS MATERIALIZED (${looked}) SELECT * FROM (${found}) UNION ALL SELECT * FROM (${last})`,
    values: params.values,
    index,
  };
}

/** Calls of some runs that fit, by the runs' order and then the newest start first. @param runs ids in their order */
export function callStatement(
  filter: CallFilter,
  { projectId, after }: Pick<Walk, "projectId" | "after">,
  runs: readonly string[],
  rows: number,
): Statement {
  const params = new Params();
  const where = ["c.counted = 1", ...callTests(filter, params)];
  if (after?.call) {
    const { start, span } = after.call;
    where.push(
      `(c.run_id <> ${params.of(after.run.id)} OR (c.start_ns, c.span_id) < (${params.nano(start)}, ${params.of(span)}))`,
    );
  }
  const sql = `SELECT ${CALL_FIELDS} FROM json_each(${params.of(JSON.stringify(runs))}) AS r
    CROSS JOIN llm_calls AS c ON c.project_id = ${params.of(projectId)} AND c.run_id = r.value
    WHERE ${where.join(" AND ")} ORDER BY r.key, c.start_ns DESC, c.span_id DESC LIMIT ${rows}`;
  return { sql, values: params.values, index: "PRIMARY KEY" };
}
