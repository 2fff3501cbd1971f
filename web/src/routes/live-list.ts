import type { Run } from "#lib/api.ts";
import { sortKey } from "#lib/time.ts";
import { SORTS, type Sort } from "./filters.ts";

/** The rows on the page and the new runs that wait until the reader asks for them. */
export interface LiveList {
  rows: Run[];
  waiting: Run[];
  /** Whether older runs follow after the last row. */
  more: boolean;
}

export interface Arrival {
  /** Whether a run belongs in the list at all. */
  fits: (run: Run) => boolean;
  /** The reader is further down: nothing above may move. */
  hold: boolean;
  /** The order of the list. */
  compare?: Compare;
}

export type Compare = (a: Run, b: Run) => number;

/** Newest start first; the id decides between equals, as in the API. */
export function newestFirst(a: Run, b: Run): number {
  const left = sortKey(a.started_at);
  const right = sortKey(b.started_at);
  if (left !== right) return left < right ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}

/** The order of a list that is sorted so, as the API gives it: what does not know the value comes last, newest first. */
export function compareBy(sort: Sort | undefined): Compare {
  if (sort === undefined) return newestFirst;
  const by = SORTS[sort];
  const sign = by.order === "asc" ? -1 : 1;
  if (by.sort === "started_at") return (a, b) => sign * newestFirst(a, b);
  const value = (run: Run): number | null => {
    if (by.sort === "cost") return run.cost_usd;
    if (by.sort === "duration") return run.duration_ms;
    return run.input_tokens === null ? run.output_tokens : run.input_tokens + (run.output_tokens ?? 0);
  };
  return (a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === null || y === null) return x === y ? newestFirst(a, b) : x === null ? 1 : -1;
    return sign * (x === y ? (a.id < b.id ? 1 : -1) : y - x);
  };
}

/**
 * Takes in what the live feed says. A known run is changed in place; a new one goes to its place, or waits if rows would
 * shift under the reader. Deliveries may repeat and overtake each other: a run never goes back to an older state.
 */
export function arrive(list: LiveList, arrivals: Run[], { fits, hold, compare = newestFirst }: Arrival): LiveList {
  let rows = list.rows;
  let waiting = list.waiting;
  for (const run of arrivals) {
    const known = rows.find((row) => row.id === run.id) ?? waiting.find((row) => row.id === run.id);
    if (known && known.last_seq > run.last_seq) continue;
    if (rows.includes(known as Run)) {
      // A row that no longer fits stays while the reader is amid the rows, so that nothing moves.
      rows = fits(run) || hold ? rows.map((row) => (row === known ? run : row)) : rows.filter((row) => row !== known);
      continue;
    }
    if (known) waiting = waiting.filter((row) => row !== known);
    if (!fits(run)) continue;
    const last = rows.at(-1);
    // Behind all that is loaded: it will come with its page.
    if (list.more && last && compare(run, last) > 0) continue;
    if (hold) waiting = [...waiting, run];
    else rows = insert(rows, run, compare);
  }
  return { rows, waiting, more: list.more };
}

/** Takes out what was deleted, wherever the reader is: nobody can open it any more. */
export function drop(list: LiveList, gone: string[]): LiveList {
  const stays = ({ id }: Run) => !gone.includes(id);
  return { ...list, rows: list.rows.filter(stays), waiting: list.waiting.filter(stays) };
}

/** Lets those in that waited. */
export function release(list: LiveList, compare: Compare = newestFirst): LiveList {
  return {
    rows: list.waiting.reduce((rows, run) => insert(rows, run, compare), list.rows),
    waiting: [],
    more: list.more,
  };
}

/** Adds an older page; a run that moved between two requests is not shown twice. */
export function append(list: LiveList, page: Run[], more: boolean): LiveList {
  const known = new Set(list.rows.map((row) => row.id));
  return { rows: [...list.rows, ...page.filter((run) => !known.has(run.id))], waiting: list.waiting, more };
}

function insert(rows: Run[], run: Run, compare: Compare): Run[] {
  const at = rows.findIndex((row) => compare(run, row) < 0);
  return at === -1 ? [...rows, run] : rows.toSpliced(at, 0, run);
}
