import type { PackEntry } from "../../blobs/packs.ts";
import { chunks } from "../../db/chunks.ts";
import { jsonRows } from "../../db/json-rows.ts";
import type { CallFact, Links } from "../../events/delta.ts";
import type { UnpricedReason } from "../../events/span.ts";
import { addRun, type Rollups } from "../rollups/rollup.ts";
import { addRollups } from "../rollups/write.ts";
import { deleteSearchDocs, insertDocs, PLACE_SQL, placesOf } from "../search/docs.ts";
import { groupCalls, readCalls } from "./calls.ts";
import { deleteHints, writeHints } from "./hints.ts";
import type { RunState } from "./merge.ts";
import { RUN_COLUMNS, type RunRow, stateFrom } from "./rows.ts";

/** A segment to write: its place in the pack, the links of its spans, and its model calls. */
export interface SegmentRow extends PackEntry {
  pack: string;
  links: Links;
  calls: readonly CallFact[];
  /** What can be found of the part; "" = nothing. */
  text: string;
}

/** The segment of a part that lies in a pack. */
export function segmentOf(
  entry: PackEntry,
  pack: string,
  { links, calls }: Pick<SegmentRow, "links" | "calls">,
  text: string,
): SegmentRow {
  return { ...entry, pack, links, calls, text };
}

/** What D1 has of some runs. */
export interface Known {
  /** A run that D1 has not is not in it. */
  runs: Map<string, KnownRun>;
  /** `project_state.rewrites` at that moment: while it is the same, nobody but the projection wrote these runs. */
  rewrites: number;
  /** The generations of rollups that are shown and written: src/db/schema/project-state.ts. */
  rollups: { shown: number; written: number };
}

/** What D1 knows of a run before a drain is merged in. */
export interface KnownRun {
  state: RunState;
  /** As it is stored. */
  row: RunRow;
  /** Whether a call counts, by its span id, as it is stored. */
  counted: Map<string, boolean>;
  /** By their first seq, in its order, which is that of the state's calls and links. */
  segments: Map<number, { lastSeq: number; batchId: string; calls: CallFact[] }>;
}

/** A run as it is to be written. */
export interface Projected {
  run: RunRow;
  /** Parts that D1 has, with calls that it does not have like this. */
  parts: { first_seq: number; calls: readonly CallFact[] }[];
  state: RunState;
  /** Span ids of its calls that count. */
  counted: ReadonlySet<string>;
}

const NANO_COLUMNS = new Set(["started_ns", "ended_ns"]);

/** Reads columns by name; nanoseconds as text, since a number would round them. */
function select(columns: readonly string[]): string {
  return columns.map((name) => (NANO_COLUMNS.has(name) ? `CAST(${name} AS TEXT) AS ${name}` : name)).join(", ");
}

/** The columns of a run's row, as every query for runs asks for them. */
export const RUN_FIELDS = select(RUN_COLUMNS);

/** The head of every query for runs. */
export const SELECT_RUN = `SELECT ${RUN_FIELDS} FROM runs`;

/** A run's row, or null. */
export function loadRunRow(db: D1Database, projectId: string, runId: string): Promise<RunRow | null> {
  return db.prepare(`${SELECT_RUN} WHERE project_id = ? AND id = ?`).bind(projectId, runId).first<RunRow>();
}

/** What D1 knows of a call's cost. */
export interface CallCostRow {
  cost_nano_usd: number | null;
  price_version: string | null;
  unpriced: UnpricedReason | null;
}

/** The costs of a run's calls by span id; of one span if it is named. */
export async function loadCosts(
  db: D1Database,
  projectId: string,
  runId: string,
  spanId?: string,
): Promise<Map<string, CallCostRow>> {
  const { results } = await db
    .prepare(
      `SELECT span_id, cost_nano_usd, price_version, unpriced
       FROM llm_calls WHERE project_id = ? AND run_id = ? ${spanId === undefined ? "" : "AND span_id = ?"}`,
    )
    .bind(projectId, runId, ...(spanId === undefined ? [] : [spanId]))
    .all<CallCostRow & { span_id: string }>();
  return new Map(results.map((row) => [row.span_id, row]));
}

/** What D1 has of these runs. */
export async function loadKnown(db: D1Database, projectId: string, runIds: string[]): Promise<Known> {
  const known = new Map<string, KnownRun>();
  // The count first: a rewrite after it was read is noticed, one before it is in the rows.
  const [states, found] = await db.batch<StateRow & RunRow>([
    db
      .prepare("SELECT rewrites, rollups_shown, rollups_written FROM project_state WHERE project_id = ?")
      .bind(projectId),
    db
      .prepare(`${SELECT_RUN} WHERE project_id = ? AND id IN (SELECT value FROM json_each(?))`)
      .bind(projectId, JSON.stringify(runIds)),
  ]);
  const state: StateRow = states?.results[0] ?? { rewrites: 0, rollups_shown: 1, rollups_written: 1 };
  const rewrites = state.rewrites;
  const rollups = { shown: state.rollups_shown, written: state.rollups_written };
  const runRows: RunRow[] = found?.results ?? [];
  if (runRows.length === 0) return { runs: known, rewrites, rollups };

  const ids = JSON.stringify(runRows.map((row) => row.id));
  const { results: segments } = await db
    .prepare(
      `SELECT run_id, first_seq, last_seq, batch_id, lower(hex(links)) AS links, calls FROM segments
       WHERE project_id = ? AND run_id IN (SELECT value FROM json_each(?)) ORDER BY run_id, first_seq`,
    )
    .bind(projectId, ids)
    .all<SegmentKey>();
  const segmentsOf = Map.groupBy(segments, (row) => row.run_id);
  for (const row of runRows) {
    const id = String(row.id);
    const itsSegments = segmentsOf.get(id) ?? [];
    const run: Omit<KnownRun, "state"> = { row, counted: new Map(), segments: new Map() };
    for (const { first_seq, last_seq, batch_id, calls } of itsSegments) {
      const stored = readCalls(calls);
      for (const { call, counted } of stored) run.counted.set(call.span_id, counted);
      const part = { lastSeq: last_seq, batchId: batch_id, calls: stored.map(({ call }) => call) };
      run.segments.set(first_seq, part);
    }
    const state = stateFrom(
      row,
      [...run.segments.values()].flatMap(({ calls }) => calls),
      itsSegments.map((segment) => segment.links),
    );
    known.set(id, { ...run, state });
  }
  return { runs: known, rewrites, rollups };
}

interface StateRow {
  rewrites: number;
  rollups_shown: number;
  rollups_written: number;
}

interface SegmentKey {
  run_id: string;
  first_seq: number;
  last_seq: number;
  batch_id: string;
  links: string;
  calls: string | null;
}

/**
 * Writes a drain's rows in one transaction. The plain INSERT of segments is the guard: if another delivery of the same
 * drain was quicker, it fails and nothing of this one is written. So it is if runs were rewritten since they were read.
 * @param known as it was read
 * @returns rows written, as D1 bills them (indexes included); false if a guard struck
 */
export async function writeProjection(
  db: D1Database,
  projectId: string,
  segments: SegmentRow[],
  projected: Projected[],
  known: Known,
): Promise<number | false> {
  return runGuarded(db, [
    ifNotRewritten(db, projectId, known.rewrites),
    ...inserts(db, projectId, segments, projected),
    ...upserts(db, projectId, projected, known),
  ]);
}

/** What somebody other than the projection writes of runs that it read: all of it or nothing. */
export interface Rewrite {
  projected: Projected[];
  /** Segments that D1 has not. */
  segments?: SegmentRow[];
  /** Statements that belong to the same transaction. */
  also?: D1PreparedStatement[];
}

/**
 * Writes runs that were computed anew, in one transaction, unless they have grown or were rewritten since they were read.
 * @param known as it was read; a run that is not in it must not be there yet
 * @returns false if one has: then nothing was written
 */
export async function rewriteRuns(db: D1Database, projectId: string, known: Known, rewrite: Rewrite): Promise<boolean> {
  const { projected, segments = [], also = [] } = rewrite;
  const ids = projected.map(({ run }) => String(run.id));
  return writeOver(db, projectId, known, ids, [
    ...inserts(db, projectId, segments, projected),
    ...upserts(db, projectId, projected, known),
    ...also,
  ]);
}

/**
 * Deletes every row of some runs, and what sums and slots have of them, in one transaction, unless they have grown or were
 * rewritten since they were read.
 * @param known as it was read: the runs in it are deleted
 * @param blobs keys of the bytes of their artifacts: a row of others came since, and belongs to what comes after the deletion
 * @returns false if one has: then nothing was deleted
 */
export async function deleteRuns(
  db: D1Database,
  projectId: string,
  known: Known,
  blobs: readonly string[],
): Promise<boolean> {
  const rows = [...known.runs.values()].map(({ row }) => row);
  const ids = [...known.runs.keys()];
  const these = JSON.stringify(ids);
  const { shown, written } = known.rollups;
  return writeOver(db, projectId, known, ids, [
    ...deleteSearchDocs(db, projectId, ids),
    db
      .prepare(
        `DELETE FROM artifacts WHERE project_id = ? AND run_id IN (SELECT value FROM json_each(?))
         AND blob IN (SELECT value FROM json_each(?))`,
      )
      .bind(projectId, these, JSON.stringify(blobs)),
    db
      .prepare("DELETE FROM segments WHERE project_id = ? AND run_id IN (SELECT value FROM json_each(?))")
      .bind(projectId, these),
    db
      .prepare("DELETE FROM runs WHERE project_id = ? AND id IN (SELECT value FROM json_each(?))")
      .bind(projectId, these),
    ...deleteHints(db, projectId, rows),
    ...[...new Set([shown, written])].flatMap((generation) => {
      const rollups: Rollups = new Map();
      for (const run of known.runs.values()) takeOut(rollups, run, generation);
      return addRollups(db, projectId, generation, rollups);
    }),
  ]);
}

/** Runs statements in one transaction, unless these runs have grown, or any were rewritten, since they were read. */
async function writeOver(
  db: D1Database,
  projectId: string,
  known: Known,
  ids: string[],
  statements: D1PreparedStatement[],
): Promise<boolean> {
  const seen = ids.map((id) => [id, known.runs.get(id)?.state.last_seq ?? 0]);
  const written = await runGuarded(db, [
    db.prepare("INSERT OR IGNORE INTO project_state (project_id) VALUES (?)").bind(projectId),
    ifNotRewritten(db, projectId, known.rewrites),
    db
      .prepare(
        `INSERT INTO project_state (project_id) SELECT project_id FROM project_state WHERE project_id = ?1 AND EXISTS (
           SELECT 1 FROM json_each(?2) AS e JOIN runs ON runs.project_id = ?1 AND runs.id = e.value ->> 0
           WHERE runs.last_seq <> e.value ->> 1)`,
      )
      .bind(projectId, JSON.stringify(seen)),
    ...statements,
    db.prepare("UPDATE project_state SET rewrites = rewrites + 1 WHERE project_id = ?").bind(projectId),
  ]);
  return written !== false;
}

/** Inserts nothing, or, if the count is another by now, the row that is there a second time, which fails. */
function ifNotRewritten(db: D1Database, projectId: string, count: number): D1PreparedStatement {
  return db
    .prepare(
      "INSERT INTO project_state (project_id) SELECT project_id FROM project_state WHERE project_id = ? AND rewrites <> ?",
    )
    .bind(projectId, count);
}

const NONE: ReadonlySet<string> = new Set();

function inserts(
  db: D1Database,
  projectId: string,
  segments: SegmentRow[],
  projected: readonly Projected[],
): D1PreparedStatement[] {
  const runs = new Map(projected.map((each) => [each.run.id, each]));
  const startOf = (run: string) => String(runs.get(run)?.run.started_ns ?? 0);
  const docs = placesOf(segments.map(({ run, first_seq, text }) => ({ run, first_seq, text, started: startOf(run) })));
  const rows = segments.map((row, n) => [
    ...segmentValues(row),
    docs[n]?.ms ?? null,
    docs[n]?.nth ?? null,
    groupCalls(row.calls, runs.get(row.run)?.counted ?? NONE),
  ]);
  return [
    ...chunks(rows).map((json) => db.prepare(INSERT_SEGMENTS).bind(projectId, json)),
    // After all segments: both say by what is there where the docs are to be.
    ...insertDocs(db, projectId, docs),
  ];
}

function upserts(db: D1Database, projectId: string, projected: Projected[], known: Known): D1PreparedStatement[] {
  const { shown, written } = known.rollups;
  const runs = projected.map(({ run }) => RUN_COLUMNS.map((name) => (name === "rollups" ? written : run[name])));
  const changes = projected.map(({ run }) => ({ before: known.runs.get(String(run.id))?.row, after: run }));
  const parts = projected.flatMap((each) =>
    each.parts.map(({ first_seq, calls }) => [each.run.id, first_seq, groupCalls(calls, each.counted)]),
  );
  return [
    ...chunks(runs).map((json) => db.prepare(UPSERT_RUNS).bind(projectId, json)),
    ...chunks(parts).map((json) => db.prepare(UPDATE_CALLS).bind(projectId, json)),
    ...writeHints(db, projectId, changes),
    ...[...new Set([shown, written])].flatMap((generation) =>
      addRollups(db, projectId, generation, rollupsOf(projected, known, generation)),
    ),
  ];
}

/** What the runs add to the rollups of a generation: what they are now, less what it counts of them already. */
function rollupsOf(projected: Projected[], known: Known, generation: number): Rollups {
  const rollups: Rollups = new Map();
  for (const { run, state, counted } of projected) {
    const before = known.runs.get(String(run.id));
    if (before) takeOut(rollups, before, generation);
    addRun(rollups, state, counted, 1);
  }
  return rollups;
}

/** Takes away what a generation counts of a run. */
function takeOut(rollups: Rollups, { row, state, counted }: KnownRun, generation: number): void {
  if (Number(row.rollups) < generation) return;
  const had = [...counted].filter(([, counts]) => counts).map(([id]) => id);
  addRun(rollups, state, new Set(had), -1);
}

const INSERT_SEGMENTS = `INSERT INTO segments (project_id, run_id, first_seq, last_seq, batch_id, pack, byte_offset, byte_length, slice_from, slice_to, skip, links, doc, calls)
  SELECT ?, e ->> 0, e ->> 1, e ->> 2, e ->> 3, e ->> 4, e ->> 5, e ->> 6, e ->> 7, e ->> 8, e ->> 9, unhex(e ->> 10), ${PLACE_SQL("e ->> 11", "e ->> 12")}, e ->> 13
  FROM ${jsonRows()}`;

/** Runs statements in one transaction. @returns rows written; false if a guard's INSERT failed on its key */
async function runGuarded(db: D1Database, statements: D1PreparedStatement[]): Promise<number | false> {
  try {
    const results = await db.batch(statements);
    return results.reduce((sum, result) => sum + result.meta.rows_written, 0);
  } catch (error) {
    if (/UNIQUE constraint failed: (segments|project_state)/.test(String(error))) return false;
    throw error;
  }
}

const UPSERT_RUNS = upsert("runs", ["project_id", "id"], RUN_COLUMNS);
const UPDATE_CALLS = `UPDATE segments SET calls = e.value ->> 2 FROM json_each(?2) AS e
  WHERE project_id = ?1 AND run_id = e.value ->> 0 AND first_seq = e.value ->> 1`;

/** Parameters: the project, then a JSON array of rows as arrays. `WHERE true` keeps SQLite from reading ON as a join. */
function upsert(table: string, key: string[], columns: readonly string[]): string {
  const values = columns.map((_, n) => `e ->> ${n}`).join(", ");
  const updates = columns
    .filter((name) => !key.includes(name))
    .map((name) => `${name} = excluded.${name}`)
    .join(", ");
  return `INSERT INTO ${table} (project_id, ${columns.join(", ")})
    SELECT ?, ${values} FROM ${jsonRows()} WHERE true
    ON CONFLICT (${key.join(", ")}) DO UPDATE SET ${updates}`;
}

function segmentValues(row: SegmentRow): unknown[] {
  const skip = row.skip.length === 0 ? null : JSON.stringify(row.skip);
  return [
    row.run,
    row.first_seq,
    row.last_seq,
    row.batch_id,
    row.pack,
    row.offset,
    row.length,
    row.from,
    row.to,
    skip,
    row.links,
  ];
}
