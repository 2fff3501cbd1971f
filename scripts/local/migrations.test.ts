import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyMigrations, migrationNames } from "./migrations.ts";

let miniflare: Miniflare;
beforeAll(() => {
  miniflare = new Miniflare(
    convertV4MiniflareOptions({ modules: true, script: "export default {}", d1Databases: ["A", "B"] }),
  );
});
afterAll(() => miniflare.dispose());

test("migrations are the flat .sql files in the order of their names", () => {
  expect(migrationNames(["0010_c.sql", "meta", "0002_b.sql", "0001_a.sql", "README.md"])).toEqual([
    "0001_a.sql",
    "0002_b.sql",
    "0010_c.sql",
  ]);
});

const FIRST = { name: "0000_a.sql", statements: ["CREATE TABLE a (id TEXT)", "INSERT INTO a VALUES (';')"] };
const SECOND = { name: "0001_b.sql", statements: ["ALTER TABLE a ADD COLUMN n INTEGER"] };

test("each migration is applied once, and the table says so", async () => {
  const database = await miniflare.getD1Database("A");
  expect(await applyMigrations(database, [FIRST])).toEqual([FIRST.name]);
  expect(await applyMigrations(database, [FIRST, SECOND])).toEqual([SECOND.name]);
  expect(await applyMigrations(database, [FIRST, SECOND])).toEqual([]);
  expect((await database.prepare("SELECT id, name FROM d1_migrations").all()).results).toEqual([
    { id: 1, name: FIRST.name },
    { id: 2, name: SECOND.name },
  ]);
  expect((await database.prepare("SELECT id, n FROM a").all()).results).toEqual([{ id: ";", n: null }]);
});

test("a migration that fails leaves nothing behind, and can be tried again", async () => {
  const database = await miniflare.getD1Database("B");
  const broken = { ...FIRST, statements: [...FIRST.statements, "CREATE TABLE nonsense"] };
  await expect(applyMigrations(database, [broken])).rejects.toThrow(/^Migration 0000_a\.sql failed: /);
  expect(await applyMigrations(database, [FIRST])).toEqual([FIRST.name]);
});
