import { RUN_FIELDS } from "../projection/store.ts";
import { type Order, type RunFilter, statusTest, testsOf, timesOf } from "../runs/filter.ts";
import { isNarrow } from "../runs/list-plan.ts";
import { Params } from "../runs/params.ts";
import { projectToken } from "./docs.ts";
import type { SearchQuery } from "./query.ts";
import type { Stretch } from "./stretches.ts";
import { MARK_END, MARK_START } from "./words.ts";

/** What is searched for, and among which runs. */
export interface Search {
  projectId: string;
  query: SearchQuery;
  filter: RunFilter;
  order: Order;
  /** The last doc of the page before. */
  after: bigint | null;
  /** As `overSince` gives it, in milliseconds. */
  over: number;
}

export interface Statement {
  sql: string;
  values: (string | number)[];
}

/** Words around a hit. */
const SNIPPET_WORDS = 20;

/** The column of `search_docs` that is searched. */
const TEXT_COLUMN = 3;

/**
 * Runs of a stretch that were found and fit the filter, in the order of their docs: a run may come several times.
 * @param look docs to look at, at the most; @param rows to give at the most
 */
export function runsStatement(search: Search, stretch: Stretch, look: number, rows: number): Statement {
  const { projectId, query, filter, order, after, over } = search;
  const params = new Params();
  const project = params.of(projectId);
  const docs = docsSql(search, stretch, look, params);
  const { from, to } = timesOf(filter);
  const tests = [
    ...(from === undefined ? [] : [`started_ns >= ${params.nano(from)}`]),
    ...(to === undefined ? [] : [`started_ns < ${params.nano(to)}`]),
    ...testsOf(filter, params),
    ...(filter.status ? [statusTest(filter.status, over, params)] : []),
  ];
  const other = (condition: string, match: string) =>
    `NOT EXISTS (SELECT 1 FROM segments AS s CROSS JOIN search_docs AS x ON x.rowid = s.doc
      WHERE s.project_id = ${project} AND s.run_id = found.run AND ${condition} AND x.search_docs MATCH ${params.of(match)})`;
  // Shown already, by another part of it.
  if (after !== null) {
    tests.push(other(`s.doc ${order === "asc" ? "<=" : ">="} ${params.nano(String(after))}`, query.match));
  }
  if (query.never !== null) tests.push(other("s.doc <> found.doc", query.never));
  // CROSS JOIN keeps the order, and nothing sorts: the walk ends with the last row that is asked for.
  const sql = `SELECT CAST(found.doc AS TEXT) AS doc, found.hit_seq, ${RUN_FIELDS}
    FROM (${docs}) AS found CROSS JOIN runs ON runs.project_id = ${project} AND runs.id = found.run
    ${tests.length === 0 ? "" : `WHERE ${tests.join(" AND ")}`} LIMIT ${rows}`;
  return { sql, values: params.values };
}

/** How many docs such a look meets, and the last of them. */
export function reachStatement(search: Search, stretch: Stretch, look: number): Statement {
  const params = new Params();
  const source = isNarrow(search.filter)
    ? partsSql(search, stretch, look, params)
    : hitsSql(search, stretch, look, params);
  const last = search.order === "asc" ? "max" : "min";
  return {
    sql: `SELECT count(*) AS count, CAST(${last}(doc) AS TEXT) AS last FROM (${source})`,
    values: params.values,
  };
}

/** The words around the hits of docs. */
export function snippetStatement({ query }: Search, docs: readonly string[]): Statement {
  const params = new Params();
  const numbers = docs.map(BigInt).sort((a, b) => (a < b ? -1 : 1));
  const bound = (number: bigint | undefined) => params.nano(String(number));
  // One walk for all: opening the index for each would gather the words of a prefix anew each time.
  const sql = `SELECT CAST(rowid AS TEXT) AS doc, snippet(search_docs, ${TEXT_COLUMN}, ${params.of(MARK_START)}, ${params.of(MARK_END)}, ' … ', ${SNIPPET_WORDS}) AS snippet
    FROM search_docs WHERE search_docs MATCH ${params.of(query.match)} AND rowid >= ${bound(numbers[0])} AND rowid <= ${bound(numbers.at(-1))}
      AND +rowid IN (SELECT CAST(value AS INTEGER) FROM json_each(${params.of(JSON.stringify(docs))}))`;
  return { sql, values: params.values };
}

/** Docs that have the words: `doc`, `run`, `hit_seq`. */
function docsSql(search: Search, stretch: Stretch, look: number, params: Params): string {
  const { projectId, query, filter } = search;
  const project = params.of(projectToken(projectId));
  if (!isNarrow(filter)) {
    return hitsSql(search, stretch, look, params, `run_id AS run, first_seq AS hit_seq, `, ` AND project = ${project}`);
  }
  return `SELECT d.rowid AS doc, d.run_id AS run, d.first_seq AS hit_seq
    FROM (${partsSql(search, stretch, look, params)}) AS part CROSS JOIN search_docs AS d ON d.rowid = part.doc
    WHERE d.search_docs MATCH ${params.of(query.match)} AND d.project = ${project}`;
}

function hitsSql(
  { query, order }: Search,
  { low, high }: Stretch,
  look: number,
  params: Params,
  columns = "",
  test = "",
): string {
  return `SELECT ${columns}rowid AS doc FROM search_docs WHERE search_docs MATCH ${params.of(query.match)}${test}
    AND rowid >= ${params.nano(String(low))} AND rowid <= ${params.nano(String(high))} ORDER BY rowid ${order} LIMIT ${look}`;
}

/** The docs of runs that have an index of their own: few, so that each is asked for whether it has the words. */
function partsSql({ projectId, filter, order }: Search, { low, high }: Stretch, look: number, params: Params): string {
  const any = (values: readonly string[]) => values.map((value) => params.of(value)).join(", ");
  const column = filter.session_id?.length ? "session_id" : "parent_run_id";
  return `SELECT s.doc AS doc FROM runs AS r CROSS JOIN segments AS s ON s.project_id = r.project_id AND s.run_id = r.id
    WHERE r.project_id = ${params.of(projectId)} AND r.${column} IN (${any(filter[column] ?? [])})
      AND s.doc >= ${params.nano(String(low))} AND s.doc <= ${params.nano(String(high))} ORDER BY s.doc ${order} LIMIT ${look}`;
}
