import { jsonRows } from "../../db/json-rows.ts";
import { PROJECT_TABLES, type ProjectTable } from "../../db/project-tables.ts";

/** A table as it is in the database. */
export interface Table {
  name: ProjectTable;
  columns: { name: string; blob: boolean }[];
  /** The primary key without `project_id`. */
  key: string[];
  /** Whether its rows point to rows of the index of words: docs.ts. */
  docs: boolean;
}

/** How the tables of a project are made in this database. A database is asked, as a shard may be behind in migrations. */
export async function readTables(db: D1Database): Promise<Table[]> {
  const results = await db.batch<{ name: string; type: string; pk: number }>(
    PROJECT_TABLES.map((name) => db.prepare("SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid").bind(name)),
  );
  return PROJECT_TABLES.map((name, n) => {
    const columns = results[n]?.results ?? [];
    const key = columns.filter(({ pk, name }) => pk > 0 && name !== "project_id").sort((a, b) => a.pk - b.pk);
    return {
      name,
      columns: columns.map(({ name, type }) => ({ name, blob: type.toUpperCase() === "BLOB" })),
      key: key.map(({ name }) => name),
      docs: name === "segments",
    };
  });
}

/** The tables, if both databases have the same. @throws if migrations are missing in one */
export async function sameTables(one: D1Database, other: D1Database): Promise<Table[]> {
  const [tables, others] = await Promise.all([readTables(one), readTables(other)]);
  const sorted = (list: Table[]) =>
    JSON.stringify(list.map((table) => [...table.columns].sort((a, b) => (a.name < b.name ? -1 : 1))));
  if (sorted(tables) !== sorted(others))
    throw new Error("The two databases do not have the same tables. Deploy again.");
  return tables;
}

/** SQL for a key as JSON. */
export function keySql(table: Table, of: string): string {
  return `json_array(${table.key.map((name) => `${of}.${name}`).join(", ")})`;
}

/** SQL for a whole row as JSON; without the number of its doc, which is another one in another database. */
export function rowSql(table: Table, of: string): string {
  const values = table.columns.map(({ name, blob }) => {
    if (table.docs && name === "doc") return "NULL";
    return blob ? `hex(${of}.${name})` : `${of}.${name}`;
  });
  return `json_array(${values.join(", ")})`;
}

/** SQL that writes rows; its parameter is a JSON array of rows. */
export function insertSql(table: Table): string {
  const values = table.columns.map(({ blob }, n) => (blob ? `unhex(e ->> ${n})` : `e ->> ${n}`));
  return `INSERT OR REPLACE INTO ${table.name} (${table.columns.map(({ name }) => name).join(", ")})
    SELECT ${values.join(", ")} FROM ${jsonRows()}`;
}
