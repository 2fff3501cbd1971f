import { Buffer } from "node:buffer";
import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import type { RunRow } from "../projection/rows.ts";
import { searchRuns } from "../search/search-runs.ts";
import { loadSettings } from "../settings/load.ts";
import type { Order, RunFilter, RunSort } from "./filter.ts";
import {
  byCostIndex,
  byCostRange,
  byStart,
  byValue,
  costCount,
  FEW,
  isNarrow,
  isWhole,
  type ListQuery,
  type Statement,
  type ValueSort,
} from "./list-plan.ts";
import { parseRunCursor, runCursorOf } from "./run-cursor.ts";
import { overSince, runFromRow } from "./run-from-row.ts";
import type { FoundRun } from "./schema.ts";

export interface RunListing extends RunFilter {
  /** What is searched for: src/domain/search/query.ts. */
  q?: string | undefined;
  sort?: RunSort | undefined;
  order?: Order | undefined;
  limit: number;
  cursor?: string | undefined;
}

/**
 * Runs of the project, newest start first if nothing else is asked for. Those that do not know the value they are sorted by
 * come last in either order, newest first. The cursor names the last run of a page, so runs that come in meanwhile neither
 * repeat nor hide one; a run whose own value changes between two pages may.
 * @throws AppError `invalid_request` for a time or cursor that is none, or a cursor of a list in another order;
 *   `unprocessable` for a q that cannot be searched for
 */
export async function listRuns(
  ctx: Ctx,
  listing: RunListing,
): Promise<{ data: FoundRun[]; next_cursor: string | null }> {
  requireScope(ctx, "read");
  const { q, sort = "started_at", order = "desc", limit, cursor, ...filter } = listing;
  if (q !== undefined) return searchRuns(ctx, { q, sort, order, limit, cursor, filter });
  const after = cursor === undefined ? null : parseRunCursor(cursor, sort, order);
  const now = Date.now();
  const settings = await loadSettings(ctx.env, ctx.projectId);
  const query: ListQuery = {
    projectId: ctx.projectId,
    sort,
    order,
    rows: limit + 1,
    after,
    over: overSince(now, settings),
  };
  const db = readDbFor(ctx.env, ctx.projectId);
  const rows = await (sort === "started_at" ? rowsByStart(db, filter, query) : rowsByValue(db, filter, query, sort));
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    data: page.map((row) => runFromRow(row, now, settings)),
    next_cursor: last
      ? runCursorOf(sort, order, {
          value: sortValue(last, sort)?.toString() ?? null,
          started: String(last.started_ns),
          id: String(last.id),
        })
      : null,
  };
}

async function rowsByStart(db: D1DatabaseSession, filter: RunFilter, query: ListQuery): Promise<RunRow[]> {
  const few = !isNarrow(filter) && (await isFewByCost(db, filter, query.projectId));
  const found = await run(db, few ? byCostRange(filter, query) : byStart(filter, query));
  return sorted(found.flat(), "started_at", query);
}

async function rowsByValue(
  db: D1DatabaseSession,
  filter: RunFilter,
  query: ListQuery,
  sort: ValueSort,
): Promise<RunRow[]> {
  const { after } = query;
  const known = after?.value === null ? [] : sorted(await knownRows(db, filter, query, sort), sort, query);
  if (known.length === query.rows) return known;
  const rest = { ...query, rows: query.rows - known.length, after: after?.value === null ? after : null };
  const unknown = await run(db, byStart(filter, rest, sort));
  return [...known, ...sorted(unknown.flat(), "started_at", { ...rest, order: "desc" })];
}

async function knownRows(
  db: D1DatabaseSession,
  filter: RunFilter,
  query: ListQuery,
  sort: ValueSort,
): Promise<RunRow[]> {
  if (sort === "cost" && !isNarrow(filter)) {
    const found = await run(db, byCostIndex(filter, query));
    if (isWhole(filter, query, found[0]?.length ?? 0)) return found.flat();
  }
  return (await run(db, byValue(filter, query, sort))).flat();
}

/** Whether the filter's bounds of the cost leave so few runs that they can be put in order. */
async function isFewByCost(db: D1DatabaseSession, filter: RunFilter, projectId: string): Promise<boolean> {
  const statement = costCount(filter, projectId);
  const count = statement && (await prepared(db, statement).first<number>("count"));
  return count !== null && count <= FEW;
}

async function run(db: D1DatabaseSession, statements: Statement[]): Promise<RunRow[][]> {
  const results = await db.batch<RunRow>(statements.map((each) => prepared(db, each)));
  return results.map(({ results }) => results);
}

function prepared(db: D1DatabaseSession, { sql, values }: Statement): D1PreparedStatement {
  return db.prepare(sql).bind(...values);
}

/** The first rows of all that were found, each once. */
function sorted(found: RunRow[], sort: RunSort, { order, rows }: ListQuery): RunRow[] {
  const distinct = [...new Map(found.map((row) => [row.id, row])).values()];
  const keyed = distinct.map((row) => ({ row, value: sortValue(row, sort) ?? 0n, id: Buffer.from(String(row.id)) }));
  const up = (a: (typeof keyed)[0], b: (typeof keyed)[0]) =>
    a.value < b.value ? -1 : a.value > b.value ? 1 : Buffer.compare(a.id, b.id);
  return keyed
    .sort((a, b) => (order === "asc" ? up(a, b) : up(b, a)))
    .slice(0, rows)
    .map(({ row }) => row);
}

/** What VALUE_SQL gives for a row. */
function sortValue(row: RunRow, sort: RunSort): bigint | null {
  const big = (value: string | number | null) => (value === null ? null : BigInt(value));
  switch (sort) {
    case "started_at":
      return BigInt(row.started_ns ?? 0);
    case "cost":
      return big(row.cost_nano_usd);
    case "duration":
      return row.ended_ns === null ? null : BigInt(row.ended_ns) - BigInt(row.started_ns ?? 0);
    case "tokens": {
      const [input, output] = [big(row.input_tokens), big(row.output_tokens)];
      return input === null ? output : input + (output ?? 0n);
    }
  }
}
