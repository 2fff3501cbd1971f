import { MOVING } from "../../db/sharded.ts";
import { keySql, type Table } from "./tables.ts";

const EVENTS = ["insert", "update", "delete"] as const;

/**
 * Statements after which every write of the project's rows is noted in `project_changes`, and refused while there is a
 * fence. Triggers, because they see every writer, of whatever module and version; and made for one project and one move,
 * because otherwise all writes would pay for what is rare.
 */
export function watch(db: D1Database, projectId: string, tables: readonly Table[]): D1PreparedStatement[] {
  const id = literal(projectId);
  const created = tables.flatMap((table) =>
    EVENTS.map((event) => {
      const of = event === "delete" ? "OLD" : "NEW";
      const note = (which: string, where = "") =>
        `INSERT INTO project_changes (project_id, source, key) SELECT ${id}, '${table.name}', ${keySql(table, which)}${where};`;
      const changed = table.key.map((name) => `OLD.${name} IS NOT NEW.${name}`).join(" OR ");
      const moved = event === "update" && changed !== "" ? note("OLD", ` WHERE ${changed}`) : "";
      return `CREATE TRIGGER ${nameOf(projectId, table.name, event)} AFTER ${event.toUpperCase()} ON ${table.name}
        WHEN ${of}.project_id = ${id} BEGIN
          SELECT RAISE(ABORT, '${MOVING}') FROM project_moves WHERE project_id = ${id} AND role = 'from' AND fence IS NOT NULL;
          ${note(of)} ${moved}
        END`;
    }),
  );
  return [...unwatch(db, projectId, tables), ...created.map((sql) => db.prepare(sql))];
}

/** Statements that take the triggers away again, or those of some events. */
export function unwatch(
  db: D1Database,
  projectId: string,
  tables: readonly Table[],
  events: readonly (typeof EVENTS)[number][] = EVENTS,
): D1PreparedStatement[] {
  return tables.flatMap((table) =>
    events.map((event) => db.prepare(`DROP TRIGGER IF EXISTS ${nameOf(projectId, table.name, event)}`)),
  );
}

/** Whether all triggers are there: a migration that makes a table anew drops them without a word. */
export async function isWatched(db: D1Database, projectId: string, tables: readonly Table[]): Promise<boolean> {
  const row = await db
    .prepare("SELECT count(*) AS n FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, ?) = ?")
    .bind(prefixOf(projectId).length, prefixOf(projectId))
    .first<{ n: number }>();
  return row?.n === tables.length * EVENTS.length;
}

function prefixOf(projectId: string): string {
  return `move ${JSON.stringify(projectId)} `;
}

function nameOf(projectId: string, table: string, event: string): string {
  return `"${`${prefixOf(projectId)}${table} ${event}`.replaceAll('"', '""')}"`;
}

/** Text in SQL. Triggers take no parameters. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
