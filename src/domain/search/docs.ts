import { chunks } from "../../db/chunks.ts";
import { jsonRows } from "../../db/json-rows.ts";
import { shiftsTo } from "../../db/shifted.ts";
import type { Nano } from "../../events/nano.ts";
import { BREAK, SENT_BREAK } from "./words.ts";

/**
 * Bits of a doc's number below the milliseconds of its run's start. So numbers ascend with the start, a walk from the highest
 * number down meets the newest runs first, and a stretch of time is a stretch of numbers. A million docs fit a millisecond.
 */
export const DOC_BITS = 20;

/** Milliseconds that a number of 63 bits has room for: until 2248. What lies later is garbage, and no reason to lose a doc. */
const MAX_MS = 2 ** 43 - 1;

/** A part's text on its way into the index. */
export interface NewDoc {
  run: string;
  first_seq: number;
  text: string;
  /** The run's start as it is known now. */
  started: Nano;
}

/** A doc with its place: the milliseconds of its number, and how manieth it is among the new ones of these. */
export type PlacedDoc = NewDoc & { ms: number; nth: number };

/** The places of docs, by the index of each; undefined for one without text, which gets no row. */
export function placesOf(docs: readonly NewDoc[]): (PlacedDoc | undefined)[] {
  const counts = new Map<number, number>();
  return docs.map((doc) => {
    if (doc.text === "") return undefined;
    const ms = msOf(doc.started);
    const nth = (counts.get(ms) ?? 0) + 1;
    counts.set(ms, nth);
    return { ...doc, ms, nth };
  });
}

function msOf(started: Nano): number {
  return Math.min(MAX_MS, Math.max(0, Number(BigInt(started) / 1_000_000n)));
}

/** SQL for the number of a doc: after the highest that its millisecond has. NULL for milliseconds that are NULL. */
export const PLACE_SQL = (ms: string, nth: string): string =>
  `coalesce((SELECT max(id) FROM search_docs_content WHERE ${shiftsTo("id", `(${ms})`, DOC_BITS)}), (${ms}) << ${DOC_BITS}) + (${nth})`;

/**
 * Writes docs, once the segments that point to them are there. The highest number of a millisecond goes up with each
 * statement, so that docs are counted within it; rows come in the order of their numbers, or FTS5 would begin anew at each.
 */
export function insertDocs(
  db: D1Database,
  projectId: string,
  docs: readonly (PlacedDoc | undefined)[],
): D1PreparedStatement[] {
  const rows = docs
    .filter((doc) => doc !== undefined)
    .map(({ run, first_seq, text, ms }) => [run, first_seq, text, ms]);
  return chunks(rows).map((json) => db.prepare(INSERT).bind(projectToken(projectId), json));
}

const TEXT_SQL = `replace(e ->> 2, char(${SENT_BREAK.charCodeAt(0)}), char(${BREAK.charCodeAt(0)}))`;
const NEW_DOC = "e, row_number() OVER (PARTITION BY e ->> 3 ORDER BY key) AS nth";
const INSERT = `INSERT INTO search_docs (rowid, project, run_id, first_seq, text)
  SELECT ${PLACE_SQL("e ->> 3", "nth")}, ?1, e ->> 0, e ->> 1, ${TEXT_SQL} FROM (SELECT ${NEW_DOC} FROM ${jsonRows("?2")}) ORDER BY 1`;

/**
 * Writes the docs of those segments that have none: that were written before there was a search or while it was off, or whose
 * doc was lost. Doing it twice changes nothing more.
 */
export function restoreDocs(db: D1Database, projectId: string, docs: readonly NewDoc[]): D1PreparedStatement[] {
  const token = projectToken(projectId);
  const rows = placesOf(docs)
    .filter((doc) => doc !== undefined)
    .map(({ run, first_seq, text, ms, nth }) => [run, first_seq, text, ms, nth]);
  return chunks(rows).flatMap((json) => [
    db.prepare(REPOINT).bind(projectId, json, token),
    db.prepare(REINSERT).bind(projectId, json, token),
  ]);
}

/** Where those parts of runs begin that have no doc: none was written, or it was lost. */
export async function lostDocs(
  db: D1Database,
  projectId: string,
  runIds: readonly string[],
): Promise<Map<string, Set<number>>> {
  const { results } = await db
    .prepare(
      `SELECT s.run_id, s.first_seq FROM segments AS s
       WHERE s.project_id = ?1 AND s.run_id IN (SELECT value FROM json_each(?2)) AND (s.doc IS NULL OR NOT EXISTS (${ITS_DOC}))`,
    )
    .bind(projectId, JSON.stringify(runIds), projectToken(projectId))
    .all<{ run_id: string; first_seq: number }>();
  const lost = new Map<string, Set<number>>();
  for (const { run_id, first_seq } of results) lost.set(run_id, (lost.get(run_id) ?? new Set()).add(first_seq));
  return lost;
}

const ITS_DOC = `SELECT 1 FROM search_docs AS d
  WHERE d.rowid = s.doc AND d.project = ?3 AND d.run_id = s.run_id AND d.first_seq = s.first_seq`;
const REPOINT = `UPDATE segments AS s SET doc = ${PLACE_SQL("e ->> 3", "e ->> 4")} FROM (SELECT value AS e FROM json_each(?2))
  WHERE s.project_id = ?1 AND s.run_id = e ->> 0 AND s.first_seq = e ->> 1 AND (s.doc IS NULL OR NOT EXISTS (${ITS_DOC}))`;
const REINSERT = `INSERT INTO search_docs (rowid, project, run_id, first_seq, text)
  SELECT s.doc, ?3, s.run_id, s.first_seq, ${TEXT_SQL} FROM ${jsonRows("?2")} CROSS JOIN segments AS s
  WHERE s.project_id = ?1 AND s.run_id = e ->> 0 AND s.first_seq = e ->> 1 AND NOT EXISTS (${ITS_DOC}) ORDER BY 1`;

/**
 * Deletes what can be found of runs: to be run before their segments are deleted, which know where it is. With the index's
 * `secure-delete` no word of them is left in it.
 */
export function deleteSearchDocs(db: D1Database, projectId: string, runIds: readonly string[]): D1PreparedStatement[] {
  return chunks(runIds.map((id) => [id])).flatMap((json) => [
    db.prepare(DELETE).bind(projectId, json, projectToken(projectId)),
    db.prepare(UNPOINT).bind(projectId, json),
  ]);
}

const OF_RUNS = "s.project_id = ?1 AND s.run_id IN (SELECT value ->> 0 FROM json_each(?2)) AND s.doc IS NOT NULL";
const DELETE = `DELETE FROM search_docs WHERE rowid IN (SELECT d.rowid FROM segments AS s CROSS JOIN search_docs AS d
  ON d.rowid = s.doc AND d.project = ?3 AND d.run_id = s.run_id WHERE ${OF_RUNS})`;
const UNPOINT = `UPDATE segments AS s SET doc = NULL WHERE ${OF_RUNS}`;

/**
 * The word that stands for a project in the index: one word whatever the id is made of, so that no id matches in another one.
 */
export function projectToken(projectId: string): string {
  let token = "p";
  for (const byte of new TextEncoder().encode(projectId)) token += byte.toString(16).padStart(2, "0");
  return token;
}
