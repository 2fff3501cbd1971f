import { Buffer } from "node:buffer";
import type { Ctx } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import { AppError } from "../../errors.ts";
import type { RunRow } from "../projection/rows.ts";
import type { Order, RunFilter, RunSort } from "../runs/filter.ts";
import { isNarrow } from "../runs/list-plan.ts";
import { overSince, runFromRow } from "../runs/run-from-row.ts";
import type { FoundRun } from "../runs/schema.ts";
import { loadSettings } from "../settings/load.ts";
import { parseSearch } from "./query.ts";
import { reachStatement, runsStatement, type Search, type Statement, snippetStatement } from "./statements.ts";
import { type Stretch, wayThrough, wholeStretch } from "./stretches.ts";
import { stretchesOf } from "./words.ts";

export interface SearchListing {
  q: string;
  sort: RunSort;
  order: Order;
  limit: number;
  cursor: string | undefined;
  filter: RunFilter;
}

/** Docs that a statement looks at: few first, as most pages are full then, and more each time. */
const FIRST_LOOK = 256;
const MOST_LOOK = 16_384;

/** What one page may cost: docs that have the words, of runs that do not fit the filter. After it the page is given as it is. */
const MOST_DOCS = 100_000;
const MOST_STATEMENTS = 60;

/** A run that was found, by its newest part that has the words (its oldest in the other order). */
type Hit = RunRow & { doc: string; hit_seq: number };

/**
 * Runs in which the words of `q` were found, newest start first (to the millisecond, as the run's start was known when the part
 * came in). The cursor names the last part that was looked at: what comes in meanwhile neither repeats nor hides a run. A page
 * may be short of its limit, and only `next_cursor` null says that there are no more.
 * @throws AppError `unprocessable` if q cannot be searched for or search is off; `invalid_request` for a cursor that is none
 */
export async function searchRuns(
  ctx: Ctx,
  listing: SearchListing,
): Promise<{ data: FoundRun[]; next_cursor: string | null }> {
  const { q, sort, order, limit, filter } = listing;
  const settings = await loadSettings(ctx.env, ctx.projectId);
  if (!settings.search) {
    throw new AppError(
      "unprocessable",
      "Search is off in this project's settings: list runs without q, or switch it on.",
    );
  }
  if (sort !== "started_at") {
    throw new AppError("unprocessable", `What q finds is sorted by start. Leave out sort=${sort}, or q.`);
  }
  const query = parseSearch(q, ctx.projectId);
  const cursor = listing.cursor === undefined ? null : parseCursor(listing.cursor, order);
  const now = Date.now();
  const search: Search = {
    ...{ projectId: ctx.projectId, query, filter, order, after: cursor },
    over: overSince(now, settings),
  };
  const db = readDbFor(ctx.env, ctx.projectId);
  const { hits, next } = await walk(db, search, limit);
  const snippets = await snippetsOf(db, search, hits);
  return {
    data: hits.map((hit) => ({
      ...runFromRow(hit, now, settings),
      match: { first_seq: hit.hit_seq, snippet: stretchesOf(snippets.get(hit.doc) ?? "") },
    })),
    next_cursor: next === null ? null : Buffer.from(`search ${order} ${next}`).toString("base64url"),
  };
}

async function walk(
  db: D1DatabaseSession,
  search: Search,
  limit: number,
): Promise<{ hits: Hit[]; next: bigint | null }> {
  const { projectId, filter, order, after } = search;
  const whole = wholeStretch(filter, order, after);
  const way = isNarrow(filter)
    ? { stretches: [whole], more: null }
    : await wayThrough(db, projectId, filter, order, whole);
  const hits = new Map<unknown, Hit>();
  let looked = 0;
  let statements = 0;
  for (const stretch of way.stretches) {
    let left: Stretch | null = stretch;
    for (let look = FIRST_LOOK; left !== null; look = Math.min(look * 4, MOST_LOOK)) {
      const asked = limit + 1 - hits.size;
      const { found, reach } = await lookAt(db, search, left, look, asked);
      for (const hit of found) if (!hits.has(hit.id)) hits.set(hit.id, hit);
      if (hits.size > limit) {
        const page = [...hits.values()].slice(0, limit);
        return { hits: page, next: BigInt(page.at(-1)?.doc ?? 0) };
      }
      const seen = found.length === asked ? BigInt(found.at(-1)?.doc ?? 0) : reach.count < look ? null : reach.last;
      looked += reach.count;
      statements++;
      left = seen === null ? null : beyond(left, seen, order);
      if (looked >= MOST_DOCS || statements >= MOST_STATEMENTS) {
        return { hits: [...hits.values()], next: seen ?? (order === "asc" ? stretch.high : stretch.low) };
      }
    }
  }
  return { hits: [...hits.values()], next: way.more };
}

function beyond({ low, high }: Stretch, seen: bigint, order: Order): Stretch | null {
  const left = order === "asc" ? { low: seen + 1n, high } : { low, high: seen - 1n };
  return left.low > left.high ? null : left;
}

async function lookAt(db: D1DatabaseSession, search: Search, stretch: Stretch, look: number, rows: number) {
  const [found, reach] = await db.batch<Hit & { count: number; last: string | null }>([
    prepared(db, runsStatement(search, stretch, look, rows)),
    prepared(db, reachStatement(search, stretch, look)),
  ]);
  const { count = 0, last = null } = reach?.results[0] ?? {};
  return { found: (found?.results ?? []) as Hit[], reach: { count, last: last === null ? null : BigInt(last) } };
}

async function snippetsOf(db: D1DatabaseSession, search: Search, hits: readonly Hit[]): Promise<Map<string, string>> {
  if (hits.length === 0) return new Map();
  const statement = snippetStatement(
    search,
    hits.map(({ doc }) => doc),
  );
  const { results } = await prepared(db, statement).all<{ doc: string; snippet: string }>();
  return new Map(results.map(({ doc, snippet }) => [doc, snippet]));
}

function prepared(db: D1DatabaseSession, { sql, values }: Statement): D1PreparedStatement {
  return db.prepare(sql).bind(...values);
}

const CURSOR = /^search (asc|desc) (\d{1,19})$/;

function parseCursor(cursor: string, order: Order): bigint {
  const [, ofOrder, doc] = CURSOR.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (doc === undefined || ofOrder !== order) {
    throw new AppError(
      "invalid_request",
      "The cursor is not one of this search. Take next_cursor from the page before, unchanged, and ask with the same q and order.",
    );
  }
  return BigInt(doc);
}
