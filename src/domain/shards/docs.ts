import { DOC_BITS, projectToken, restoreDocs } from "../search/docs.ts";
import type { Table } from "./tables.ts";

/** SQL that joins what the index of words has of a row `t` as `d`, and SQL for that as JSON; NULL = nothing. */
export function docSql(projectId: string, table: Table): { join: string; doc: string } {
  if (!table.docs) return { join: "", doc: "NULL" };
  return {
    join: `LEFT JOIN search_docs AS d ON ${itsDoc(projectId, "t")}`,
    doc: `CASE WHEN d.text IS NULL THEN NULL ELSE json_array(t.run_id, t.first_seq, d.text, t.doc >> ${DOC_BITS}) END`,
  };
}

/** Statements that write docs beside rows that were just written, under numbers of this database. @param docs of docSql */
export function insertDocs(db: D1Database, projectId: string, docs: readonly (string | null)[]): D1PreparedStatement[] {
  const parsed = docs
    .filter((doc) => doc !== null)
    .map((doc) => JSON.parse(doc) as [run: string, firstSeq: number, text: string, ms: number]);
  const fresh = parsed.map(([run, first_seq, text, ms]) => ({ run, first_seq, text, started: `${ms}000000` }));
  return restoreDocs(db, projectId, fresh);
}

/** A statement that deletes the docs of some rows, before the rows go. @param rows SQL; its parameters are `values` */
export function deleteDocs(
  db: D1Database,
  projectId: string,
  table: Table,
  rows: string,
  values: unknown[],
): D1PreparedStatement[] {
  if (!table.docs) return [];
  const sql = `DELETE FROM search_docs WHERE rowid IN (
    SELECT d.rowid FROM (${rows}) AS t CROSS JOIN search_docs AS d ON ${itsDoc(projectId, "t")})`;
  return [db.prepare(sql).bind(...values)];
}

/** The project's word is made of hex digits. */
function itsDoc(projectId: string, of: string): string {
  return `d.rowid = ${of}.doc AND d.project = '${projectToken(projectId)}' AND d.run_id = ${of}.run_id AND d.first_seq = ${of}.first_seq`;
}
