import { type Ctx, requireScope } from "../../context.ts";
import { readDbFor } from "../../db/db.ts";
import { type CallListRow, callFromRow } from "../board/newest-calls.ts";
import type { Statement } from "../runs/list-plan.ts";
import { type CallPlace, callCursorOf, parseCallCursor } from "./cursor.ts";
import type { CallFilter } from "./filter.ts";
import { callStatement, runStatements, type WalkedRun } from "./plan.ts";
import type { FoundCall } from "./schema.ts";

export interface CallListing extends CallFilter {
  limit: number;
  cursor?: string | undefined;
}

/**
 * Rounds of one request, each an errand to the database: how many runs are looked at in their index, and for how many times
 * the page's calls those that may have some are read. The first is usually enough; all together look at 26,000 runs, which
 * takes some 15 ms, and what is rarer takes several requests.
 */
const ROUNDS = [
  { looked: 1_000, times: 1 },
  { looked: 5_000, times: 4 },
  { looked: 20_000, times: 16 },
] as const;
const MOST_RUNS = 1_000;

/** Calls that a round reads at the most, unless one run alone has more. */
const MOST_CALLS = 20_000;

/**
 * Model calls of all runs that the database has, by the start of their run and then their own, newest first; wrappers that
 * repeat a call are left out. A request looks at a bounded number of runs: what it found is the page, which may be short or
 * empty and still have a cursor that goes on. Null alone is the end.
 * @throws AppError `invalid_request` for a time or cursor that is none
 */
export async function listAllCalls(
  ctx: Ctx,
  { limit, cursor, ...filter }: CallListing,
): Promise<{ data: FoundCall[]; next_cursor: string | null }> {
  requireScope(ctx, "read");
  const { projectId } = ctx;
  let after = cursor === undefined ? null : parseCallCursor(cursor);
  const db = readDbFor(ctx.env, projectId);
  const data: FoundCall[] = [];
  for (const { looked, times } of ROUNDS) {
    const rows = Math.min(MOST_RUNS, (limit + 1) * times);
    const { runs, next } = await nextRuns(db, runStatements(filter, { projectId, after, rows, looked }), rows);
    const ids = runs.map((run) => run.id);
    const room = limit - data.length;
    // One more than there is room for: then the list goes on within these runs.
    const statement = callStatement(filter, { projectId, after }, ids, room + 1);
    const calls = ids.length === 0 ? [] : (await prepared(db, statement).all<CallListRow>()).results;
    const byId = new Map(runs.map((run) => [run.id, run]));
    for (const call of calls.slice(0, room)) {
      const run = byId.get(call.run_id);
      data.push({ ...callFromRow(call), run_name: run?.name ?? "", service: run?.service ?? null });
    }
    const last = calls.length > room ? calls[room - 1] : undefined;
    if (last) {
      const started = byId.get(last.run_id)?.started ?? "0";
      const call = { start: last.start, span: last.span_id };
      return { data, next_cursor: callCursorOf({ run: { started, id: last.run_id }, call }) };
    }
    after = next;
    if (after === null || data.length === limit) break;
  }
  return { data, next_cursor: after && callCursorOf(after) };
}

/** The first runs of all ways, as far as every way was walked. @returns `next` = null if that is to the end */
async function nextRuns(
  db: D1DatabaseSession,
  statements: Statement[],
  rows: number,
): Promise<{ runs: WalkedRun[]; next: CallPlace | null }> {
  const results = await db.batch<WalkedRun>(statements.map((each) => prepared(db, each)));
  let end: WalkedRun | null = null;
  const found: WalkedRun[] = [];
  for (const { results: walked } of results) {
    const fitting = walked.filter(({ fits }) => fits === 1);
    const last = fitting.length === rows ? fitting.at(-1) : walked.find(({ fits }) => fits === 0);
    if (last && (end === null || isBefore(last, end))) end = last;
    found.push(...fitting);
  }
  const stop = end;
  const runs = found.filter((run) => stop === null || !isBefore(stop, run)).sort((a, b) => (isBefore(a, b) ? -1 : 1));
  let calls = 0;
  const few = runs.findIndex((run, at) => {
    calls += run.calls ?? 0;
    return at > 0 && calls > MOST_CALLS;
  });
  const taken = few < 0 ? runs : runs.slice(0, few);
  const last = few < 0 ? stop : (taken.at(-1) as WalkedRun);
  return { runs: taken, next: last && { run: { started: last.started, id: last.id }, call: null } };
}

/** Whether a run comes before another in the list. */
function isBefore(a: WalkedRun, b: WalkedRun): boolean {
  const [x, y] = [BigInt(a.started), BigInt(b.started)];
  return x === y ? a.id > b.id : x > y;
}

function prepared(db: D1DatabaseSession, { sql, values }: Statement): D1PreparedStatement {
  return db.prepare(sql).bind(...values);
}
