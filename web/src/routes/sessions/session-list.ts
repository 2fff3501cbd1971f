import type { Session } from "#lib/api.ts";

/** What is on the page, in the API's order. */
export interface SessionList {
  rows: Session[];
  /** Sessions with news that stand where the reader does not look: they wait until the reader is at the top. */
  waiting: number;
}

/**
 * Takes in the first page anew. At the top it is what it says, followed by the older rows that were loaded. Further down
 * known rows are changed in place and nothing moves.
 */
export function renew(list: SessionList, first: Session[], hold: boolean): SessionList {
  const fresh = new Map(first.map((session) => [session.id, session]));
  if (!hold) return { rows: [...first, ...list.rows.filter(({ id }) => !fresh.has(id))], waiting: 0 };
  const known = new Set(list.rows.map(({ id }) => id));
  return {
    rows: list.rows.map((row) => fresh.get(row.id) ?? row),
    waiting: first.filter(({ id }) => !known.has(id)).length,
  };
}

/** Adds an older page; a session that moved up between two requests is not shown twice. */
export function append(list: SessionList, page: Session[]): SessionList {
  const known = new Set(list.rows.map(({ id }) => id));
  return { ...list, rows: [...list.rows, ...page.filter(({ id }) => !known.has(id))] };
}
