import { deleteDocs, docSql, insertDocs } from "./docs.ts";
import { type Pass, writing } from "./pass.ts";
import { insertSql, keySql, rowSql, type Table } from "./tables.ts";

/** Rows of one page, and bytes of their JSON (one row may be longer): D1 takes no parameter of 2 MB. */
const PAGE_ROWS = 500;
const PAGE_BYTES = 1_000_000;

/** A row on its way: JSON arrays, as text, since JavaScript's numbers would round nanoseconds. */
interface MovedRow {
  key: string;
  row: string;
  /** What the index of words has of it: docs.ts. */
  doc: string | null;
  /** Its place in the list that was asked for. */
  nth: number;
}

/**
 * Copies the next rows of a table, in the order of its key. What changes behind is noted and copied later: changes.ts.
 * @param after key of the last row before; null at the beginning
 * @returns how many, and the last one's key; none at the end
 */
export async function copyPage(
  pass: Pass,
  table: Table,
  after: string | null,
): Promise<{ rows: number; last: string | null }> {
  if (after !== null && table.key.length === 0) return { rows: 0, last: null };
  const { join, doc } = docSql(pass.projectId, table);
  const columns = table.key.map((name) => `t.${name}`).join(", ");
  const values = table.key.map((_, n) => `?2 ->> ${n}`).join(", ");
  const sql = `SELECT *, row_number() OVER () AS nth FROM (
    SELECT ${keySql(table, "t")} AS key, ${rowSql(table, "t")} AS row, ${doc} AS doc FROM ${table.name} AS t ${join}
    WHERE t.project_id = ?1 ${after === null ? "" : `AND (${columns}) > (${values})`}
    ${columns === "" ? "" : `ORDER BY ${columns}`} LIMIT ${PAGE_ROWS})`;
  const { results } = await pass.from
    .prepare(page(sql))
    .bind(pass.projectId, ...(after === null ? [] : [after]))
    .all<MovedRow>();
  const keys = results.map(({ key }) => key);
  if (results.length > 0) {
    await pass.to.batch([writing(pass), ...deletions(pass, table, keys), ...insertions(pass, table, results)]);
  }
  return { rows: results.length, last: results.at(-1)?.key ?? null };
}

/** Makes rows of a table what they are where the project comes from: there, or not. @param keys JSON arrays */
export async function copyKeys(pass: Pass, table: Table, keys: string[]): Promise<void> {
  const same = sameKey(table);
  const { join, doc } = docSql(pass.projectId, table);
  const listed = `[${keys.join(",")}]`;
  // All go before the first comes: what is unique may have passed from one row to another.
  let statements = deletions(pass, table, keys);
  const sql = `SELECT ${keySql(table, "t")} AS key, ${rowSql(table, "t")} AS row, ${doc} AS doc, e.key AS nth
    FROM json_each(?2) AS e CROSS JOIN ${table.name} AS t ON t.project_id = ?1 ${same} ${join} WHERE e.key >= ?3`;
  for (let from = 0; ; ) {
    const { results } = await pass.from.prepare(page(sql)).bind(pass.projectId, listed, from).all<MovedRow>();
    if (results.length > 0) statements.push(...insertions(pass, table, results));
    if (statements.length > 0) await pass.to.batch([writing(pass), ...statements]);
    const last = results.at(-1);
    if (!last) return;
    statements = [];
    from = last.nth + 1;
  }
}

/** As many rows of a list, from its first on, as have room in a page. */
function page(sql: string): string {
  return `SELECT key, row, doc, nth FROM (
    SELECT *, sum(bytes) OVER (ORDER BY nth ROWS UNBOUNDED PRECEDING) - bytes AS before
    FROM (SELECT *, length(CAST(row AS BLOB)) + coalesce(length(CAST(doc AS BLOB)), 0) AS bytes FROM (${sql}))
  ) WHERE before < ${PAGE_BYTES} ORDER BY nth`;
}

/** SQL: a row `t` has the key `e.value`. */
function sameKey(table: Table): string {
  return table.key.map((name, n) => `AND t.${name} = e.value ->> ${n}`).join(" ");
}

function deletions({ projectId, to }: Pass, table: Table, keys: string[]): D1PreparedStatement[] {
  const values = [projectId, `[${keys.join(",")}]`];
  const rows = `SELECT t.* FROM json_each(?2) AS e CROSS JOIN ${table.name} AS t ON t.project_id = ?1 ${sameKey(table)}`;
  const key = ["project_id", ...table.key];
  const gone = `DELETE FROM ${table.name} WHERE (${key.join(", ")}) IN (SELECT ${key.join(", ")} FROM (${rows}))`;
  return [...deleteDocs(to, projectId, table, rows, values), to.prepare(gone).bind(...values)];
}

function insertions({ projectId, to }: Pass, table: Table, rows: MovedRow[]): D1PreparedStatement[] {
  const docs = table.docs
    ? insertDocs(
        to,
        projectId,
        rows.map(({ doc }) => doc),
      )
    : [];
  return [to.prepare(insertSql(table)).bind(`[${rows.map(({ row }) => row).join(",")}]`), ...docs];
}
