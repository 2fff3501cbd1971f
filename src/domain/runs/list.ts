import { Buffer } from "node:buffer";
import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import type { RunRow } from "../projection/rows.ts";
import { type RunValue, runValue } from "../projection/run-values.ts";
import { slotOf } from "../projection/slots.ts";
import { searchRuns } from "../search/search-runs.ts";
import { loadSettings } from "../settings/load.ts";
import type { Order, RunFilter, RunSort } from "./filter.ts";
import {
  byStart,
  byValue,
  inSlots,
  isBefore,
  isNarrow,
  type ListQuery,
  openByValue,
  type Peak,
  peaksStatement,
  type Statement,
} from "./list-plan.ts";
import { parseRunCursor, runCursorOf } from "./run-cursor.ts";
import { overSince, runFromRow } from "./run-from-row.ts";
import type { FoundRun } from "./schema.ts";

/** Slots that are read first for a list by a value: each holds at least one of the first runs, if nothing is filtered. */
const FIRST_SLOTS = 64;

/** Peaks that are asked for at first: finding them takes as long as reading the runs of a hundred slots, whatever their number. */
const FIRST_PEAKS = 512;

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
          value: (sort === "started_at" ? BigInt(last.started_ns ?? 0) : runValue(last, sort))?.toString() ?? null,
          started: String(last.started_ns),
          id: String(last.id),
        })
      : null,
  };
}

async function rowsByStart(db: D1DatabaseSession, filter: RunFilter, query: ListQuery): Promise<RunRow[]> {
  return sorted((await run(db, byStart(filter, query))).flat(), "started_at", query);
}

async function rowsByValue(
  db: D1DatabaseSession,
  filter: RunFilter,
  query: ListQuery,
  sort: RunValue,
): Promise<RunRow[]> {
  const { after } = query;
  const known = after?.value === null ? [] : sorted(await knownRows(db, filter, query, sort), sort, query);
  if (known.length === query.rows) return known;
  const rest = { ...query, rows: query.rows - known.length, after: after?.value === null ? after : null };
  const unknown = await run(db, byStart(filter, rest, sort));
  return [...known, ...sorted(unknown.flat(), "started_at", { ...rest, order: "desc" })];
}

/**
 * The first runs that know the value. Slots are read in the order of their peaks, as many again each time, until what is
 * left to read can have no run that comes before those that were found.
 */
async function knownRows(
  db: D1DatabaseSession,
  filter: RunFilter,
  query: ListQuery,
  sort: RunValue,
): Promise<RunRow[]> {
  if (isNarrow(filter)) return (await run(db, byValue(filter, query, sort))).flat();
  let found = sorted((await run(db, openByValue(filter, query, sort))).flat(), sort, query);
  let beyond: Peak | null = null;
  let seen = 0;
  for (let most = FIRST_PEAKS; ; most *= 4) {
    const statement = peaksStatement(filter, query, sort, beyond, most);
    const peaks: Peak[] = statement ? (await prepared(db, statement).all<Peak>()).results : [];
    for (let from = 0; from < peaks.length; ) {
      const last = found[query.rows - 1];
      const isBehind = (peak: Peak) =>
        last !== undefined && isBefore(runValue(last, sort) ?? 0n, slotOf(last.started_ns), peak, query.order);
      const behind = peaks.findIndex((peak, n) => n >= from && isBehind(peak));
      if (behind === from) return found;
      const read = peaks.slice(from, Math.min(from + Math.max(FIRST_SLOTS, seen), behind < 0 ? peaks.length : behind));
      const rows = await run(db, [inSlots(filter, query, sort, read)]);
      found = sorted([...found, ...rows.flat()], sort, query);
      from += read.length;
      seen += read.length;
    }
    if (peaks.length < most) return found;
    beyond = peaks.at(-1) ?? null;
  }
}

async function run(db: D1DatabaseSession, statements: Statement[]): Promise<RunRow[][]> {
  if (statements.length === 0) return [];
  const results = await db.batch<RunRow>(statements.map((each) => prepared(db, each)));
  return results.map(({ results }) => results);
}

function prepared(db: D1DatabaseSession, { sql, values }: Statement): D1PreparedStatement {
  return db.prepare(sql).bind(...values);
}

/** The first rows of all that were found, each once. */
function sorted(found: RunRow[], sort: RunSort, { order, rows }: ListQuery): RunRow[] {
  const distinct = [...new Map(found.map((row) => [row.id, row])).values()];
  const keyed = distinct.map((row) => ({
    row,
    value: sort === "started_at" ? 0n : (runValue(row, sort) ?? 0n),
    started: BigInt(row.started_ns ?? 0),
    id: Buffer.from(String(row.id)),
  }));
  const up = (a: (typeof keyed)[0], b: (typeof keyed)[0]) =>
    compare(a.value, b.value) || compare(a.started, b.started) || Buffer.compare(a.id, b.id);
  return keyed
    .sort((a, b) => (order === "asc" ? up(a, b) : up(b, a)))
    .slice(0, rows)
    .map(({ row }) => row);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
