import { jsonRows } from "../../src/db/json-rows.ts";
import { memberAt } from "../../src/events/part.ts";
import { LIMITS } from "./limits.ts";
import type { DrainRow, HeldFacts, HeldMember, HeldPart, NumberedPart } from "./protocol.ts";
import { admit, newRunState, type RunState } from "./rules.ts";
import { SCHEMA } from "./schema.ts";

/** A part on its way into a row. */
export interface NewPart extends Omit<HeldPart, "delta" | "text"> {
  /** JSON, as the sender made it. */
  delta: string;
  text: string | undefined;
  spanIds: string;
}

/** A log object's tables. Synchronous, as SQLite runs in the object's own process. */
export class LogStorage {
  readonly #sql: SqlStorage;

  constructor(storage: Pick<DurableObjectStorage, "sql" | "transactionSync">) {
    this.#sql = storage.sql;
    // All or nothing: a step that was made and not noted could never be made again.
    storage.transactionSync(() => this.#migrate());
  }

  #migrate(): void {
    this.#sql.exec("CREATE TABLE IF NOT EXISTS schema_steps (id INTEGER PRIMARY KEY)");
    const done = new Set(
      this.#sql
        .exec<{ id: number }>("SELECT id FROM schema_steps")
        .toArray()
        .map((row) => row.id),
    );
    for (const step of SCHEMA) {
      if (done.has(step.id)) continue;
      this.#sql.exec(step.sql);
      this.#sql.exec("INSERT INTO schema_steps (id) VALUES (?)", step.id);
    }
  }

  /** Stores the parts of one call as one row and indexes each. Returns the row's id. */
  insert(at: number, parts: readonly NewPart[], body: Uint8Array): number {
    const heads: string[] = [];
    const index: (string | number)[][] = [];
    for (const [n, { delta, spanIds, ...held }] of parts.entries()) {
      // The delta is JSON already: quoting it again would cost the writer, and every reader, half as much again.
      heads.push(`${JSON.stringify(held).slice(0, -1)},"delta":${delta}}`);
      const { from, to } = held.place;
      index.push([held.run, held.firstSeq, held.lastSeq, held.batchId, n, spanIds, to - from]);
    }
    const { id } = this.#sql
      .exec<{ id: number }>(
        "INSERT INTO log (at, head, body) VALUES (?, ?, ?) RETURNING id",
        at,
        `[${heads.join(",")}]`,
        body.byteLength <= LIMITS.rowBytes ? body : body.slice(0, LIMITS.rowBytes),
      )
      .one();
    for (let n = 1; n * LIMITS.rowBytes < body.byteLength; n++) {
      const slice = body.slice(n * LIMITS.rowBytes, (n + 1) * LIMITS.rowBytes);
      this.#sql.exec("INSERT INTO overflow (row_id, n, body) VALUES (?, ?, ?)", id, n, slice);
    }
    this.#sql.exec(
      `INSERT INTO parts (run, first_seq, last_seq, batch_id, at, row_id, n, span_ids, bytes)
       SELECT e ->> 0, e ->> 1, e ->> 2, e ->> 3, ?, ?, e ->> 4, e ->> 5, e ->> 6 FROM ${jsonRows()}`,
      at,
      id,
      JSON.stringify(index),
    );
    return id;
  }

  /** What the window remembers of a run; null if nothing. */
  runState(run: string): RunState | null {
    const rows = this.#sql
      .exec<{ first_seq: number; last_seq: number; batch_id: string; span_ids: string; bytes: number }>(
        "SELECT first_seq, last_seq, batch_id, span_ids, bytes FROM parts WHERE run = ?",
        run,
      )
      .toArray();
    if (rows.length === 0) return null;
    const state = newRunState();
    for (const row of rows) admit(state, row.batch_id, row.first_seq, row.last_seq, row.span_ids, row.bytes);
    return state;
  }

  lastSeq(run: string): number {
    const row = this.#sql
      .exec<{ last: number | null }>("SELECT max(last_seq) AS last FROM parts WHERE run = ?", run)
      .one();
    return row.last ?? 0;
  }

  newestRow(): number {
    return this.#sql.exec<{ id: number | null }>("SELECT max(id) AS id FROM log").one().id ?? 0;
  }

  /** Rows after `confirmed`: how many, and when the first came in. */
  rowsWaiting(confirmed: number): { rows: number; oldestAt: number | null } {
    return this.#sql
      .exec<{ rows: number; oldestAt: number | null }>(
        "SELECT count(*) AS rows, min(at) AS oldestAt FROM log WHERE id > ?",
        confirmed,
      )
      .one();
  }

  /** Rows after `after` in order, at least one if there is any, then as many as fit `maxBytes`. */
  rowsAfter(after: number, maxBytes: number): DrainRow[] {
    const rows: DrainRow[] = [];
    let bytes = 0;
    const cursor = this.#sql.exec<{ id: number; at: number; head: string; body: ArrayBuffer }>(
      "SELECT id, at, head, body FROM log WHERE id > ? ORDER BY id",
      after,
    );
    for (const row of cursor) {
      const body = this.#whole(row.id, row.body);
      bytes += body.byteLength + row.head.length;
      if (rows.length > 0 && bytes > maxBytes) break;
      rows.push({ id: row.id, at: row.at, head: row.head, body });
    }
    return rows;
  }

  /** The parts of a run that the log still holds, in order, from the first that reaches past `after`. */
  held(run: string, after: number, maxBytes: number): HeldMember[] {
    const parts: HeldMember[] = [];
    let bytes = 0;
    for (const { held, at, member } of this.#heldParts(run, after)) {
      bytes += held.place.length;
      if (parts.length > 0 && bytes > maxBytes) break;
      parts.push({ ...held, at, member: member() });
    }
    return parts;
  }

  /** The parts of a run that the log still holds and whose links hold these hex digits. */
  heldMarked(run: string, mark: string): HeldMember[] {
    const parts: HeldMember[] = [];
    for (const { held, at, member } of this.#heldParts(run, 0)) {
      if (held.links.includes(mark)) parts.push({ ...held, at, member: member() });
    }
    return parts;
  }

  /** All held parts of a run, without bodies that are not needed for a summary. */
  heldFacts(run: string): HeldFacts[] {
    const facts: HeldFacts[] = [];
    for (const { held, at, member } of this.#heldParts(run, 0)) {
      facts.push({ ...held, at, member: held.skip.length > 0 ? member() : null });
    }
    return facts;
  }

  *#heldParts(run: string, after: number): Generator<{ held: HeldPart; at: number; member: () => Uint8Array }> {
    const refs = this.#sql
      .exec<{ row_id: number; n: number }>(
        "SELECT row_id, n FROM parts WHERE run = ? AND last_seq > ? ORDER BY first_seq",
        run,
        after,
      )
      .toArray();
    for (const ref of refs) {
      const row = this.#sql
        .exec<{ at: number; part: string }>(
          "SELECT at, head -> CAST(? AS INTEGER) AS part FROM log WHERE id = ?",
          ref.n,
          ref.row_id,
        )
        .toArray()[0];
      if (!row) continue;
      const { text: _, ...held } = JSON.parse(row.part) as HeldPart;
      const member = () => {
        const { body } = this.#sql.exec<{ body: ArrayBuffer }>("SELECT body FROM log WHERE id = ?", ref.row_id).one();
        return memberAt(this.#whole(ref.row_id, body), held.place).slice();
      };
      yield { held, at: row.at, member };
    }
  }

  #whole(rowId: number, first: ArrayBuffer): Uint8Array {
    const head = new Uint8Array(first);
    if (head.byteLength < LIMITS.rowBytes) return head;
    const rest = this.#sql
      .exec<{ body: ArrayBuffer }>("SELECT body FROM overflow WHERE row_id = ? ORDER BY n", rowId)
      .toArray();
    if (rest.length === 0) return head;
    const whole = new Uint8Array(head.byteLength + rest.reduce((sum, row) => sum + row.body.byteLength, 0));
    whole.set(head);
    let offset = head.byteLength;
    for (const row of rest) {
      whole.set(new Uint8Array(row.body), offset);
      offset += row.body.byteLength;
    }
    return whole;
  }

  /** Forgets a run's parts in rows up to `upTo`. */
  forget(run: string, upTo: number): void {
    this.#sql.exec("DELETE FROM parts WHERE run = ? AND row_id <= ?", run, upTo);
  }

  /** Drops rows up to `id`. Their index entries stay for the window. */
  dropRows(upTo: number): void {
    this.#sql.exec("DELETE FROM overflow WHERE row_id <= ?", upTo);
    this.#sql.exec("DELETE FROM log WHERE id <= ?", upTo);
  }

  /**
   * Gives a held, unconfirmed part of a run, and those after it, new numbers from `above` + 1 on, in their order. For the
   * case that the run had a longer log than the object remembered.
   * @returns false if the part does not begin at `firstSeq` any more: another delivery was quicker, and nothing changes
   */
  renumber(run: string, afterRow: number, { batchId, firstSeq }: NumberedPart, above: number): boolean {
    const refs = this.#sql
      .exec<{ batch_id: string; first_seq: number; last_seq: number; row_id: number; n: number }>(
        "SELECT batch_id, first_seq, last_seq, row_id, n FROM parts WHERE run = ? AND row_id > ? AND first_seq >= ? ORDER BY first_seq",
        run,
        afterRow,
        firstSeq,
      )
      .toArray();
    if (refs[0]?.first_seq !== firstSeq || refs[0].batch_id !== batchId) return false;
    const shift = above + 1 - firstSeq;
    // The last first: a part moves up to where the one after it lay.
    for (const ref of refs.reverse()) {
      const { head } = this.#sql.exec<{ head: string }>("SELECT head FROM log WHERE id = ?", ref.row_id).one();
      const parts = JSON.parse(head) as HeldPart[];
      const part = parts[ref.n] as HeldPart;
      part.firstSeq += shift;
      part.lastSeq += shift;
      this.#sql.exec("UPDATE log SET head = ? WHERE id = ?", JSON.stringify(parts), ref.row_id);
      this.#sql.exec(
        "UPDATE parts SET first_seq = ?, last_seq = ? WHERE run = ? AND first_seq = ?",
        part.firstSeq,
        part.lastSeq,
        run,
        ref.first_seq,
      );
    }
    return true;
  }

  /**
   * Forgets what left the window, looking at `limit` entries from the run `from` on.
   * @returns the run to go on with, or null at the end; and whether anything is left that will have to be forgotten
   */
  sweep(from: string, before: number, limit: number): { next: string | null; remembers: boolean } {
    const seen = this.#sql
      .exec<{ run: string }>("SELECT run FROM parts WHERE run >= ? ORDER BY run LIMIT 1 OFFSET ?", from, limit)
      .toArray();
    let next = seen[0]?.run ?? null;
    // A run with more entries than the limit must not hold the sweep: step over it.
    if (next === from) next = `${from}\u0000`;
    this.#sql.exec(
      `DELETE FROM parts WHERE run >= ? ${next === null ? "" : "AND run < ?"} AND at < ?
       AND NOT EXISTS (SELECT 1 FROM log WHERE log.id = parts.row_id)`,
      ...(next === null ? [from, before] : [from, next, before]),
    );
    const left = this.#sql.exec<{ n: number }>("SELECT EXISTS (SELECT 1 FROM parts) AS n").one().n;
    return { next, remembers: left === 1 };
  }

  getMeta(key: string): string | null {
    return this.#sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = ?", key).toArray()[0]?.value ?? null;
  }

  setMeta(key: string, value: string): void {
    this.#sql.exec(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      key,
      value,
    );
  }
}
