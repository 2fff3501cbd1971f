import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { Stop } from "../say.ts";

/** A file of migrations/, cut into its statements. */
export interface Migration {
  name: string;
  statements: string[];
}

type Database = Awaited<ReturnType<Miniflare["getD1Database"]>>;

/** The table of `wrangler d1 migrations apply`, word for word, so that both see what the other has applied. */
const TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** Migrations are flat .sql files, applied in the order of their names. */
export function migrationNames(files: string[]): string[] {
  return files.filter((name) => name.endsWith(".sql")).sort();
}

/** Applies what a database lacks, each migration together with its entry in the table or not at all. */
export async function applyMigrations(database: Database, migrations: Migration[]): Promise<string[]> {
  await database.prepare(TABLE).run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const applied = new Set(results.map((row) => row.name));
  const lacking = migrations.filter(({ name }) => !applied.has(name));
  for (const { name, statements } of lacking) {
    const entry = database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name);
    try {
      await database.batch([...statements.map((sql) => database.prepare(sql)), entry]);
    } catch (error) {
      throw new Stop(`Migration ${name} failed: ${(error as Error).message}`);
    }
  }
  return lacking.map(({ name }) => name);
}

/**
 * Brings the local databases up to date before the server that reads it starts: an alarm that came due while it was down
 * fires at once, and would find old tables.
 * @param databaseIds each decides which file of the state it is
 */
export async function migrateState(state: string, databaseIds: string[], migrations: Migration[]): Promise<void> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: "export default {}",
      d1Databases: Object.fromEntries(databaseIds.map((id, n) => [`DB_${n}`, id])),
      resourcePersistencePath: join(state, "v3"),
    }),
  );
  try {
    for (const n of databaseIds.keys()) await applyMigrations(await miniflare.getD1Database(`DB_${n}`), migrations);
  } finally {
    await miniflare.dispose();
  }
}
