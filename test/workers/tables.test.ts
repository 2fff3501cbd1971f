import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { GLOBAL_TABLES, INDEX_TABLES, PROJECT_TABLES, SHARD_TABLES } from "../../src/db/project-tables.ts";

test("every table of the database is a project's, or is said to be global or a shard's own", async () => {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND name NOT LIKE 'search\\_docs\\_%' ESCAPE '\\'",
  ).all<{ name: string }>();
  const listed = [...PROJECT_TABLES, ...INDEX_TABLES, ...GLOBAL_TABLES, ...SHARD_TABLES];
  expect(results.map(({ name }) => name).sort()).toEqual(listed.sort());
});

test("a project's tables have the project first in their key", async () => {
  for (const table of PROJECT_TABLES) {
    const { results } = await env.DB.prepare("SELECT name, pk FROM pragma_table_info(?) WHERE pk = 1")
      .bind(table)
      .all();
    expect([table, results]).toEqual([table, [{ name: "project_id", pk: 1 }]]);
  }
});
