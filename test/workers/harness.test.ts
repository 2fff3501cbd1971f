import { env } from "cloudflare:workers";
import { expect, test } from "vitest";

test("the database has its migrations applied", async () => {
  const { results } = await env.DB.prepare("SELECT name FROM d1_migrations ORDER BY id").all<{ name: string }>();
  expect(results.map((row) => row.name)).toEqual(env.TEST_MIGRATIONS.map((migration) => migration.name));
});
