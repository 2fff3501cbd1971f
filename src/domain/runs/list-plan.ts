import { peaksOf } from "../projection/peaks.ts";
import { RUN_VALUE_SQL, type RunValue } from "../projection/run-values.ts";
import { inSlot, SLOT_BITS, slotOf } from "../projection/slots.ts";
import { SELECT_RUN } from "../projection/store.ts";
import {
  hintsOf,
  type Order,
  outcomesOf,
  peakTestsOf,
  type RunFilter,
  type RunSort,
  statusTest,
  testsOf,
  timesOf,
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

/** Groups of labels that are asked for besides the one that leads: each costs parameters, of which D1 takes 100. */
const MORE_HINTS = 2;

/** What the indexes by start carry for the tests. */
const CARRIED =
  "outcome, kind, service, environment, user_id, name, error_count, seen_at, ended_ns, cost_nano_usd, models, providers, tags";

/** One place to look for runs: an index, and maybe what says in which slots. */
interface Way {
  index: string;
  /** Conditions that are this way's own. */
  where: (params: Params) => string[];
  /** Without it the index is walked from end to end. */
  slots?: Slots;
}

/** Which slots may have runs that fit. */
interface Slots {
  /** The label that leads to them; without one `run_peaks` does. */
  label?: string | undefined;
  /** Groups of labels of which a slot must have one each. */
  hints: string[][];
  /** Whether `run_peaks` tells, too. */
  peaks: boolean;
}

/**
 * The newest or oldest runs. Each statement gives the first of its way; the first of all of them together are the page.
 * @param unknown only runs that do not know this value
 */
export function byStart(filter: RunFilter, query: ListQuery, unknown?: RunValue): Statement[] {
  const extra = unknown ? [`${RUN_VALUE_SQL[unknown]} IS NULL`] : [];
  return waysOf(filter, query.over).map((way) => startStatement(filter, query, way, extra));
}

/** Where runs stand in a list by a value, by reading all that fit and sorting them: those of a session or a parent. */
export function byValue(filter: RunFilter, query: ListQuery, sort: RunValue): Statement[] {
  return waysOf(filter, query.over).map((way) => valueStatement(filter, query, way, sort));
}

/** The same of runs without an end: they are few. */
export function openByValue(filter: RunFilter, query: ListQuery, sort: RunValue): Statement[] {
  return mayBeOpen(filter) ? [valueStatement(filter, query, openWay(filter, query.over), sort)] : [];
}

/** Where a run stands in a list by a value; both are digits. */
export type ValuePlace = RunPlace & { value: string };

/** A slot, and the most (or least, in the other order) that a run in it has of the value. */
export interface Peak {
  slot: number;
  /** Digits. */
  peak: string;
}

/** Whether a run comes before all that a slot, and those behind it, can have. */
export function isBefore({ value, started }: ValuePlace, { peak, slot }: Peak, order: Order): boolean {
  const [first, last] = order === "desc" ? [BigInt(value), BigInt(peak)] : [BigInt(peak), BigInt(value)];
  if (first !== last) return first > last;
  return order === "desc" ? slotOf(started) > BigInt(slot) : slotOf(started) < BigInt(slot);
}

/**
 * The slots with runs that fit and have an end, in the order of their peaks: what lies in a slot comes after what the slots before
 * it have at the most. Rows are `Peak`s. null if no run with an end can fit.
 * @param beyond the last one that was given
 */
export function peaksStatement(
  filter: RunFilter,
  query: ListQuery,
  sort: RunValue,
  beyond: Peak | null,
  most: number,
): Statement | null {
  if (!mayHaveEnded(filter)) return null;
  const params = new Params();
  const project = params.of(query.projectId);
  const { min, max } = peaksOf(sort);
  const [peak, other, word, back] = query.order === "desc" ? [max, min, "DESC", "<"] : [min, max, "ASC", ">"];
  const [leading, ...hints] = hintsOf(filter, endsOf(filter) ?? []);
  const where = [
    `p.project_id = ${project}`,
    `${min} <= ${max}`,
    ...slotTests("p.slot", filter, params),
    ...peakTestsOf(filter, params),
    ...(leading
      ? [`p.slot IN (SELECT slot FROM run_labels WHERE project_id = ${project} AND ${labelIn(leading, params)})`]
      : []),
    ...hints.slice(0, MORE_HINTS).map((labels) => hasLabel("p.slot", project, labels, params)),
    ...(query.after?.value == null ? [] : [`${other} ${back}= ${params.nano(query.after.value)}`]),
    ...(beyond ? [`(${peak}, p.slot) ${back} (${params.nano(beyond.peak)}, ${params.of(beyond.slot)})`] : []),
  ];
  return {
    sql: `SELECT p.slot, CAST(${peak} AS TEXT) AS peak FROM run_peaks AS p WHERE ${where.join(" AND ")} ORDER BY ${peak} ${word}, p.slot ${word} LIMIT ${most}`,
    values: params.values,
    index: "run_peaks",
  };
}

/** The places of the first runs with an end that fit and lie in these slots. */
export function inSlots(
  filter: RunFilter,
  query: ListQuery,
  sort: RunValue,
  slots: readonly Pick<Peak, "slot">[],
): Statement {
  const params = new Params();
  const outcomes = endsOf(filter);
  const list = params.of(JSON.stringify(slots.map(({ slot }) => slot)));
  const where = [
    `runs.project_id = ${params.of(query.projectId)}`,
    inSlot("started_ns", "s.slot"),
    outcomes ? `outcome IN (${outcomes.join(", ")})` : "outcome > 0",
    ...startTests(filter, params, true),
    ...testsOf(filter, params),
  ];
  const from = `FROM (SELECT value AS slot FROM json_each(${list})) AS s CROSS JOIN runs INDEXED BY runs_by_start`;
  return placesOf(from, where, query, sort, params, "runs_by_start");
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
  // Bounds would lead to runs with an end alone, in a way of their own.
  const { min_cost: _, max_cost: _m, min_duration_ms: _d, max_duration_ms: _x, ...unbound } = others;
  const narrow = waysOf(unbound, over);
  const plain: Way = { index: onlyRunning ? "runs_open" : "runs_by_start", where: () => [] };
  const outcome = onlyRunning ? ["outcome = 0"] : [];
  const way =
    narrow.length === 1 && narrow[0]
      ? { ...narrow[0], index: isNarrow(others) ? narrow[0].index : plain.index }
      : plain;
  const { from, where } = sourceOf(others, projectId, way, params, false);
  const tests = [...testsOf(others, params), ...(status ? [statusTest(status, over, params)] : [])];
  const slots = way.slots ? "l.slot DESC, " : "";
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
  const peaks = peakTestsOf(filter, new Params()).length > 0;
  if (!filter.status && !peaks) return led({ index: "runs_by_start", where: () => [] }, hintsOf(filter), false);
  const outcomes = endsOf(filter);
  const ended: Way = {
    index: "runs_by_start",
    where: () => [outcomes ? `outcome IN (${outcomes.join(", ")})` : "outcome > 0"],
  };
  return [
    ...(mayHaveEnded(filter) ? led(ended, hintsOf(filter, outcomes ?? []), peaks) : []),
    ...(mayBeOpen(filter) ? led(openWay(filter, over), hintsOf(filter), false) : []),
  ];
}

/** The outcomes of runs that fit and have an end; null = any. */
function endsOf({ status }: RunFilter): number[] | null {
  return status ? outcomesOf(status) : null;
}

/** Whether runs that have an end may fit. */
function mayHaveEnded(filter: RunFilter): boolean {
  return endsOf(filter)?.length !== 0;
}

/** Whether runs whose end never came may fit: by status and clock they may be anything but cancelled. */
function mayBeOpen({ status }: RunFilter): boolean {
  return !status || status.some((one) => one !== "cancelled");
}

function openWay(filter: RunFilter, over: number): Way {
  return {
    index: "runs_open",
    where: (params) => ["outcome = 0", ...(filter.status ? [statusTest(filter.status, over, params)] : [])],
  };
}

/** A way once for each label of the group that leads: one of several would give slots twice and out of order. */
function led(way: Way, [leading, ...more]: string[][], peaks: boolean): Way[] {
  const hints = more.slice(0, MORE_HINTS);
  if (leading) return leading.map((label) => ({ ...way, slots: { label, hints, peaks } }));
  return [peaks ? { ...way, slots: { hints, peaks } } : way];
}

function startStatement(filter: RunFilter, query: ListQuery, way: Way, extra: string[]): Statement {
  const params = new Params();
  const { from, where } = sourceOf(filter, query.projectId, way, params);
  where.push(...extra);
  const order = query.order === "asc" && extra.length === 0 ? "ASC" : "DESC";
  if (query.after) {
    const { started, id } = query.after;
    const [beyond, within] = order === "ASC" ? [">", ">="] : ["<", "<="];
    if (way.slots) where.push(`l.slot ${within} ${params.nano(started)} >> ${SLOT_BITS}`);
    where.push(`(${way.slots ? "+" : ""}started_ns, id) ${beyond} (${params.nano(started)}, ${params.of(id)})`);
  }
  const slots = way.slots ? `l.slot ${order}, ` : "";
  const picked = `SELECT id ${from} WHERE ${where.join(" AND ")} ORDER BY ${slots}started_ns ${order}, id ${order} LIMIT ${query.rows}`;
  return rowsOf(picked, query, params, way.index);
}

function valueStatement(filter: RunFilter, query: ListQuery, way: Way, sort: RunValue): Statement {
  const params = new Params();
  const { from, where } = sourceOf(filter, query.projectId, way, params);
  return placesOf(from, where, query, sort, params, way.index);
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
    ...startTests(filter, params, way.slots !== undefined),
    ...(tested ? testsOf(filter, params) : []),
  ];
  if (!way.slots) return { from: `FROM runs INDEXED BY ${way.index}`, where };
  const { label, hints, peaks } = way.slots;
  const bounds = peaks ? peakTestsOf(filter, params) : [];
  const inPeaks = `SELECT 1 FROM run_peaks AS p WHERE p.project_id = ${project} AND p.slot = l.slot`;
  const slots = [
    `l.project_id = ${project}`,
    ...(label === undefined ? bounds : [`l.label = ${params.of(label)}`]),
    ...slotTests("l.slot", filter, params),
    ...hints.map((labels) => hasLabel("l.slot", project, labels, params)),
    ...(label !== undefined && bounds.length > 0 ? [`EXISTS (${[inPeaks, ...bounds].join(" AND ")})`] : []),
    inSlot("started_ns", "l.slot"),
  ];
  const table = label === undefined ? "run_peaks" : "run_labels";
  // CROSS JOIN holds the order of the two: slots first.
  return { from: `FROM ${table} AS l CROSS JOIN runs INDEXED BY ${way.index}`, where: [...slots, ...where] };
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

/** The same of a slot. */
function slotTests(slot: string, filter: RunFilter, params: Params): string[] {
  const { from, to } = timesOf(filter);
  return [
    ...(from === undefined ? [] : [`${slot} >= ${params.nano(from)} >> ${SLOT_BITS}`]),
    ...(to === undefined ? [] : [`${slot} <= ${params.nano(to)} >> ${SLOT_BITS}`]),
  ];
}

function hasLabel(slot: string, project: string, labels: readonly string[], params: Params): string {
  return `EXISTS (SELECT 1 FROM run_labels AS h WHERE h.project_id = ${project} AND ${labelIn(labels, params)} AND h.slot = ${slot})`;
}

function labelIn(labels: readonly string[], params: Params): string {
  return `label IN (${labels.map((label) => params.of(label)).join(", ")})`;
}

/** The places of the first runs that know the value. Among those of the same value the start decides, as it does among slots. */
function placesOf(
  from: string,
  where: string[],
  query: ListQuery,
  sort: RunValue,
  params: Params,
  index: string,
): Statement {
  const value = RUN_VALUE_SQL[sort];
  const { after } = query;
  const [beyond, word] = query.order === "asc" ? [">", "ASC"] : ["<", "DESC"];
  const tests = [...where, `${value} IS NOT NULL`];
  if (after?.value != null) {
    const place = [params.nano(after.value), params.nano(after.started), params.of(after.id)];
    tests.push(`(${value}, started_ns, id) ${beyond} (${place.join(", ")})`);
  }
  const columns = `id, CAST(started_ns AS TEXT) AS started, CAST(${value} AS TEXT) AS value`;
  const sql = `SELECT ${columns} ${from} WHERE ${tests.join(" AND ")} ORDER BY ${value} ${word}, started_ns ${word}, id ${word} LIMIT ${query.rows}`;
  return { sql, values: params.values, index };
}

/** The rows of these runs, in any order. */
export function rowsById(projectId: string, ids: readonly string[]): Statement {
  const sql = `${SELECT_RUN} WHERE project_id = ? AND id IN (SELECT value FROM json_each(?))`;
  return { sql, values: [projectId, JSON.stringify(ids)], index: "runs" };
}

/** The rows of picked ids: found in an index that carries what is tested, they are read once they are chosen. */
function rowsOf(picked: string, query: ListQuery, params: Params, index: string): Statement {
  const sql = `${SELECT_RUN} WHERE project_id = ${params.of(query.projectId)} AND id IN (${picked})`;
  return { sql, values: params.values, index };
}
