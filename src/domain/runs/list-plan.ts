import { SLOT_BITS } from "../projection/labels.ts";
import { SELECT_RUN } from "../projection/store.ts";
import {
  hintsOf,
  type Order,
  outcomesOf,
  type RunFilter,
  type RunSort,
  rangesOf,
  statusTest,
  testsOf,
  timesOf,
  VALUE_SQL,
} from "./filter.ts";
import { Params } from "./params.ts";
import type { RunPlace } from "./run-cursor.ts";
import { STATUS_SQL } from "./run-from-row.ts";

/** A list to be read, without its filter. */
export interface ListQuery {
  projectId: string;
  sort: RunSort;
  order: Order;
  /** Rows that each statement gives at the most. */
  rows: number;
  after: RunPlace | null;
  /** As `overSince` gives it, in milliseconds. */
  over: number;
}

/** A query and what it is to be answered by: a plan of SQLite that names something else is a mistake, and slow. */
export interface Statement {
  sql: string;
  values: (string | number)[];
  index: string;
}

/**
 * Runs of the index by cost that are read one by one to see whether they fit, before all that fit are looked for and sorted:
 * enough for what one run in 80 has.
 */
const WALKED = 4_000;

/**
 * Runs within bounds of the cost that are put in order of their start. With more of them the walk by start meets a page of
 * them within some 50,000 runs, which costs as much.
 */
export const FEW = 1_000;

/** Groups of labels that are asked for besides the one that leads: each costs parameters, of which D1 takes 100. */
const MORE_HINTS = 2;

/** Values that some runs do not know; these come last in either order, newest first. */
export type ValueSort = Exclude<RunSort, "started_at">;

const BY_COST = "runs_by_cost";
const COST_KNOWN = "cost_nano_usd IS NOT NULL";

/** What the indexes by start carry for the tests. */
const CARRIED =
  "outcome, kind, service, environment, user_id, name, error_count, seen_at, ended_ns, cost_nano_usd, models, providers, tags";

/** All that the tests need of a run. */
const TESTED = `started_ns, id, ${CARRIED}, session_id, parent_run_id, details`;

/** One place to look for runs: an index, and maybe the labels that say in which slots. */
interface Way {
  index: string;
  /** Conditions that are this way's own. */
  where: (params: Params) => string[];
  /** A label that leads, and groups of which each slot must have one. */
  label?: string;
  hints?: string[][];
}

/**
 * The newest or oldest runs. Each statement gives the first of its way; the first of all of them together are the page.
 * @param unknown only runs that do not know this value
 */
export function byStart(filter: RunFilter, query: ListQuery, unknown?: ValueSort): Statement[] {
  const extra = unknown ? [`${VALUE_SQL[unknown]} IS NULL`] : [];
  return waysOf(filter, query.over).map((way) => startStatement(filter, query, way, extra));
}

/**
 * The same for a filter by cost that few runs pass (`costCount`): they are taken from the index by cost and put
 * in order. Those without an end are not in it and are looked for among their like.
 */
export function byCostRange(filter: RunFilter, query: ListQuery): Statement[] {
  const outcomes = filter.status ? outcomesOf(filter.status) : null;
  const ended: Way = {
    index: BY_COST,
    where: () => ["outcome > 0", COST_KNOWN, ...(outcomes ? [`outcome IN (${outcomes.join(", ")})`] : [])],
  };
  // `IN ()` would leave SQLite without any plan.
  const ways = outcomes?.length === 0 ? [] : [ended];
  return [...ways, openWay(filter, query.over)].map((way) => startStatement(filter, query, way, []));
}

/** Counts the runs within the filter's bounds of the cost, up to FEW + 1; null if it sets none. */
export function costCount(filter: RunFilter, projectId: string): Statement | null {
  const params = new Params();
  const project = params.of(projectId);
  const ranges = rangesOf(filter, "cost", params);
  if (ranges.length === 0) return null;
  const where = [`project_id = ${project}`, "outcome > 0", COST_KNOWN, ...ranges];
  return {
    sql: `SELECT count(*) AS count FROM (SELECT 1 FROM runs INDEXED BY ${BY_COST} WHERE ${where.join(" AND ")} LIMIT ${FEW + 1})`,
    values: params.values,
    index: BY_COST,
  };
}

/**
 * Runs by cost, from its index: of a filtered list only as far as WALKED runs reach, so that what it gives may be less than
 * there is. Runs without an end are not in the index; they are read and sorted.
 */
export function byCostIndex(filter: RunFilter, query: ListQuery): Statement[] {
  const params = new Params();
  const order = orderBy(VALUE_SQL.cost, query.order);
  const walk = [
    `project_id = ${params.of(query.projectId)}`,
    "outcome > 0",
    COST_KNOWN,
    ...rangesOf(filter, "cost", params),
    ...valueKeyset(query, "cost", params),
  ];
  const tests = [...testsOf(withoutCost(filter), params), ...startTests(filter, params)];
  if (filter.status) tests.push(`outcome IN (${outcomesOf(filter.status).join(", ")})`);
  const from = `FROM runs INDEXED BY ${BY_COST} WHERE ${walk.join(" AND ")} ORDER BY ${order}`;
  const picked =
    tests.length === 0
      ? `SELECT id ${from} LIMIT ${query.rows}`
      : `SELECT id FROM (SELECT ${TESTED} ${from} LIMIT ${WALKED}) WHERE ${tests.join(" AND ")} ORDER BY ${order} LIMIT ${query.rows}`;
  const ended = rowsOf(picked, query, params, BY_COST);
  return [ended, valueStatement(filter, query, openWay(filter, query.over), "cost")];
}

/** Runs by a value, by reading all that fit and sorting them. */
export function byValue(filter: RunFilter, query: ListQuery, sort: ValueSort): Statement[] {
  return waysOf(filter, query.over).map((way) => valueStatement(filter, query, way, sort));
}

/** Whether `byCostIndex` gave all that it may, of which the first statement gave so many. */
export function isWhole(filter: RunFilter, query: ListQuery, given: number): boolean {
  if (given === query.rows) return true;
  const { status, from, to, ...others } = withoutCost(filter);
  return !status && from === undefined && to === undefined && testsOf(others, new Params()).length === 0;
}

function withoutCost(filter: RunFilter): RunFilter {
  const { min_cost: _, max_cost: _max, ...others } = filter;
  return others;
}

/** Whether the filter names something that has an index of its own, whose runs are few. */
export function isNarrow(filter: RunFilter): boolean {
  return Boolean(filter.session_id?.length || filter.parent_run_id?.length);
}

/**
 * The newest runs among which those that fit are: with what facets count, and whether they do (`fits`). A label leads to them
 * if the filter has one that each of them must have.
 */
export function candidates(
  filter: RunFilter,
  projectId: string,
  over: number,
  rows: number,
): { sql: string; params: Params; index: string } {
  const params = new Params();
  const { status, ...others } = filter;
  const onlyRunning = status?.length === 1 && status[0] === "running";
  const narrow = waysOf(others, over);
  const plain: Way = { index: onlyRunning ? "runs_open" : "runs_by_start", where: () => [] };
  const outcome = onlyRunning ? ["outcome = 0"] : [];
  const way =
    narrow.length === 1 && narrow[0]
      ? { ...narrow[0], index: isNarrow(others) ? narrow[0].index : plain.index }
      : plain;
  const { from, where } = sourceOf(others, projectId, way, params, false);
  const tests = [...testsOf(others, params), ...(status ? [statusTest(status, over, params)] : [])];
  const slots = way.label ? "slot DESC, " : "";
  // Only what the index carries, if that is enough: reading each run itself takes four times as long.
  const columns = `started_ns, id, ${CARRIED}${others.tool?.length ? ", details" : ""}${isNarrow(others) ? ", session_id, parent_run_id" : ""}`;
  const sql = `SELECT kind, service, environment, models, providers, tags,
    ${STATUS_SQL.replace("?", params.of(over))} AS status, (${tests.join(" AND ") || "1"}) AS fits
    FROM (SELECT ${columns} ${from} WHERE ${[...where, ...outcome].join(" AND ")} ORDER BY ${slots}started_ns DESC, id DESC LIMIT ${rows})`;
  return { sql, params, index: way.index };
}

/** All places where runs that fit may lie. They may overlap. */
function waysOf(filter: RunFilter, over: number): Way[] {
  const status = (params: Params) => (filter.status ? [statusTest(filter.status, over, params)] : []);
  for (const [column, index] of [
    ["session_id", "runs_by_session"],
    ["parent_run_id", "runs_by_parent"],
  ] as const) {
    const values = filter[column];
    if (!values?.length) continue;
    return values.map((value) => ({
      index,
      where: (params: Params) => [`${column} = ${params.of(value)}`, ...status(params)],
    }));
  }
  if (!filter.status) return led({ index: "runs_by_start", where: () => [] }, hintsOf(filter));
  const outcomes = outcomesOf(filter.status);
  const ended: Way = {
    index: "runs_by_start",
    where: () => [`outcome IN (${outcomes.join(", ")})`],
  };
  return [
    ...(outcomes.length > 0 ? led(ended, hintsOf(filter, outcomes)) : []),
    ...(filter.status.some((status) => status !== "cancelled") ? led(openWay(filter, over), hintsOf(filter)) : []),
  ];
}

/** Runs whose end never came; by status and clock they may be anything but cancelled. */
function openWay(filter: RunFilter, over: number): Way {
  return {
    index: "runs_open",
    where: (params) => ["outcome = 0", ...(filter.status ? [statusTest(filter.status, over, params)] : [])],
  };
}

/** A way once for each label of the group that leads: one of several would give slots twice and out of order. */
function led(way: Way, [leading, ...hints]: string[][]): Way[] {
  return leading ? leading.map((label) => ({ ...way, label, hints: hints.slice(0, MORE_HINTS) })) : [way];
}

function startStatement(filter: RunFilter, query: ListQuery, way: Way, extra: string[]): Statement {
  const params = new Params();
  const { from, where } = sourceOf(filter, query.projectId, way, params);
  where.push(...extra);
  const order = query.order === "asc" && extra.length === 0 ? "ASC" : "DESC";
  if (query.after) {
    const { started, id } = query.after;
    const [beyond, within] = order === "ASC" ? [">", ">="] : ["<", "<="];
    if (way.label) where.push(`slot ${within} ${params.nano(started)} >> ${SLOT_BITS}`);
    where.push(`(${way.label ? "+" : ""}started_ns, id) ${beyond} (${params.nano(started)}, ${params.of(id)})`);
  }
  const slots = way.label ? `slot ${order}, ` : "";
  const picked = `SELECT id ${from} WHERE ${where.join(" AND ")} ORDER BY ${slots}started_ns ${order}, id ${order} LIMIT ${query.rows}`;
  return rowsOf(picked, query, params, way.index);
}

function valueStatement(filter: RunFilter, query: ListQuery, way: Way, sort: ValueSort): Statement {
  const params = new Params();
  const { from, where } = sourceOf(filter, query.projectId, way, params);
  where.push(`${VALUE_SQL[sort]} IS NOT NULL`, ...valueKeyset(query, sort, params));
  const picked = `SELECT id ${from} WHERE ${where.join(" AND ")} ORDER BY ${orderBy(VALUE_SQL[sort], query.order)} LIMIT ${query.rows}`;
  return rowsOf(picked, query, params, way.index);
}

/** The way in SQL with the conditions of the filter: all, or only those that say where to look. */
function sourceOf(
  filter: RunFilter,
  projectId: string,
  way: Way,
  params: Params,
  tested = true,
): { from: string; where: string[] } {
  const project = params.of(projectId);
  const where = [
    `runs.project_id = ${project}`,
    ...way.where(params),
    ...startTests(filter, params, way.label !== undefined),
    ...(tested ? testsOf(filter, params) : []),
  ];
  if (way.label === undefined) return { from: `FROM runs INDEXED BY ${way.index}`, where };
  const { from, to } = timesOf(filter);
  const slots = [
    `l.project_id = ${project}`,
    `l.label = ${params.of(way.label)}`,
    ...(from === undefined ? [] : [`slot >= ${params.nano(from)} >> ${SLOT_BITS}`]),
    ...(to === undefined ? [] : [`slot <= ${params.nano(to)} >> ${SLOT_BITS}`]),
    ...(way.hints ?? []).map(
      (labels) =>
        `EXISTS (SELECT 1 FROM run_labels AS h WHERE h.project_id = ${project} AND h.label IN (${labels.map((label) => params.of(label)).join(", ")}) AND h.slot = l.slot)`,
    ),
    `started_ns >= slot << ${SLOT_BITS}`,
    `started_ns < (slot + 1) << ${SLOT_BITS}`,
  ];
  // CROSS JOIN holds the order of the two: slots first.
  return { from: `FROM run_labels AS l CROSS JOIN runs INDEXED BY ${way.index}`, where: [...slots, ...where] };
}

/** The bounds of the start. @param bySlot the slot's bounds are to lead the search, not these */
function startTests(filter: RunFilter, params: Params, bySlot = false): string[] {
  const { from, to } = timesOf(filter);
  const column = bySlot ? "+started_ns" : "started_ns";
  return [
    ...(from === undefined ? [] : [`${column} >= ${params.nano(from)}`]),
    ...(to === undefined ? [] : [`${column} < ${params.nano(to)}`]),
  ];
}

/** Not `(value, id) < (?, ?)`: for an expression SQLite does not find that in an index. */
function valueKeyset({ after, order }: ListQuery, sort: ValueSort, params: Params): string[] {
  if (after?.value == null) return [];
  const [beyond, within] = order === "asc" ? [">", ">="] : ["<", "<="];
  const value = VALUE_SQL[sort];
  const mark = params.nano(after.value);
  return [`${value} ${within} ${mark}`, `(${value} ${beyond} ${mark} OR id ${beyond} ${params.of(after.id)})`];
}

function orderBy(value: string, order: Order): string {
  const word = order === "asc" ? "ASC" : "DESC";
  return `${value} ${word}, id ${word}`;
}

/** The rows of picked ids: found in an index that carries what is tested, they are read once they are chosen. */
function rowsOf(picked: string, query: ListQuery, params: Params, index: string): Statement {
  const sql = `${SELECT_RUN} WHERE project_id = ${params.of(query.projectId)} AND id IN (${picked})`;
  return { sql, values: params.values, index };
}
