import { Buffer } from "node:buffer";
import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import type { RunRow } from "../projection/rows.ts";
import { type RunValue, runValue } from "../projection/run-values.ts";
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
  rowsById,
  type Statement,
  type ValuePlace,
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
  return byTime((await run<RunRow>(db, byStart(filter, query))).flat(), query);
}

async function rowsByValue(
  db: D1DatabaseSession,
  filter: RunFilter,
  query: ListQuery,
  sort: RunValue,
): Promise<RunRow[]> {
  const { after } = query;
  const known = after?.value === null ? [] : await knownRows(db, filter, query, sort);
  if (known.length === query.rows) return known;
  const rest = { ...query, rows: query.rows - known.length, after: after?.value === null ? after : null };
  const unknown = await run<RunRow>(db, byStart(filter, rest, sort));
  return [...known, ...byTime(unknown.flat(), { ...rest, order: "desc" })];
}

/** The first runs that know the value. */
async function knownRows(
  db: D1DatabaseSession,
  filter: RunFilter,
  query: ListQuery,
  sort: RunValue,
): Promise<RunRow[]> {
  const places = await (isNarrow(filter)
    ? run<ValuePlace>(db, byValue(filter, query, sort)).then((found) => byPlace(found.flat(), query))
    : firstPlaces(db, filter, query, sort));
  if (places.length === 0) return [];
  const [rows = []] = await run<RunRow>(db, [
    rowsById(
      query.projectId,
      places.map(({ id }) => id),
    ),
  ]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const found = places.flatMap(({ id }) => byId.get(id) ?? []);
  // One was deleted meanwhile: another takes its place, or the list would seem to end here.
  return found.length < places.length ? knownRows(db, filter, query, sort) : found;
}

/**
 * Their places. Slots are read in the order of their peaks, as many again each time, until what is left to read can have no run
 * that comes before those that were found.
 */
async function firstPlaces(
  db: D1DatabaseSession,
  filter: RunFilter,
  query: ListQuery,
  sort: RunValue,
): Promise<ValuePlace[]> {
  const first = peaksStatement(filter, query, sort, null, FIRST_PEAKS);
  const results = await run<ValuePlace & Peak>(db, [...(first ? [first] : []), ...openByValue(filter, query, sort)]);
  let peaks: Peak[] = (first && results.shift()) ?? [];
  let found: ValuePlace[] = byPlace(results.flat(), query);
  let seen = 0;
  for (let asked = FIRST_PEAKS; ; asked *= 4) {
    for (let from = 0; from < peaks.length; ) {
      const last = found[query.rows - 1];
      const behind = last ? peaks.findIndex((peak, n) => n >= from && isBefore(last, peak, query.order)) : -1;
      if (behind === from) return found;
      const read = peaks.slice(from, Math.min(from + Math.max(FIRST_SLOTS, seen), behind < 0 ? peaks.length : behind));
      const places = await run<ValuePlace>(db, [inSlots(filter, query, sort, read)]);
      found = byPlace([...found, ...places.flat()], query);
      from += read.length;
      seen += read.length;
    }
    if (peaks.length < asked) return found;
    const next = peaksStatement(filter, query, sort, peaks.at(-1) ?? null, asked * 4);
    peaks = next ? ((await run<Peak>(db, [next]))[0] ?? []) : [];
  }
}

async function run<T>(db: D1DatabaseSession, statements: Statement[]): Promise<T[][]> {
  if (statements.length === 0) return [];
  const results = await db.batch<T>(statements.map(({ sql, values }) => db.prepare(sql).bind(...values)));
  return results.map(({ results }) => results);
}

/** The first rows of all that were found, each once, by their start. */
function byTime(found: RunRow[], query: ListQuery): RunRow[] {
  const placed = found.map((row) => ({ row, value: "0", started: String(row.started_ns ?? 0), id: String(row.id) }));
  return byPlace(placed, query).map(({ row }) => row);
}

/** The first of all places that were found, each once. */
function byPlace<T extends ValuePlace>(found: readonly T[], { order, rows }: ListQuery): T[] {
  const distinct = [...new Map(found.map((place) => [place.id, place])).values()];
  const keyed = distinct.map((place) => ({
    place,
    value: BigInt(place.value),
    started: BigInt(place.started),
    id: Buffer.from(place.id),
  }));
  const up = (a: (typeof keyed)[0], b: (typeof keyed)[0]) =>
    compare(a.value, b.value) || compare(a.started, b.started) || Buffer.compare(a.id, b.id);
  return keyed
    .sort((a, b) => (order === "asc" ? up(a, b) : up(b, a)))
    .slice(0, rows)
    .map(({ place }) => place);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
