import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

test("each migration is applied once, and the table says so", async () => {
  const database = await miniflare.getD1Database("A");
  const folder = mkdtempSync(join(tmpdir(), "runlight-migrations-"));
  writeFileSync(join(folder, "0000_a.sql"), "-- first; really\nCREATE TABLE a (id TEXT);\nINSERT INTO a VALUES (';');");
  expect(await applyMigrations(database, folder)).toEqual(["0000_a.sql"]);
  writeFileSync(join(folder, "0001_b.sql"), "ALTER TABLE a ADD COLUMN n INTEGER;");
  expect(await applyMigrations(database, folder)).toEqual(["0001_b.sql"]);
  expect(await applyMigrations(database, folder)).toEqual([]);
  expect((await database.prepare("SELECT id, name FROM d1_migrations").all()).results).toEqual([
    { id: 1, name: "0000_a.sql" },
    { id: 2, name: "0001_b.sql" },
  ]);
  expect((await database.prepare("SELECT id, n FROM a").all()).results).toEqual([{ id: ";", n: null }]);
});

test("a migration that fails leaves nothing behind, and can be tried again", async () => {
  const database = await miniflare.getD1Database("B");
  const folder = mkdtempSync(join(tmpdir(), "runlight-migrations-"));
  writeFileSync(join(folder, "0000_a.sql"), "CREATE TABLE a (id TEXT);\nCREATE TABLE nonsense;");
  await expect(applyMigrations(database, folder)).rejects.toThrow(/^Migration 0000_a\.sql failed: /);
  writeFileSync(join(folder, "0000_a.sql"), "CREATE TABLE a (id TEXT);");
  expect(await applyMigrations(database, folder)).toEqual(["0000_a.sql"]);
});
