import { expect, test, vi } from "vitest";
import { ROOT } from "../root.ts";
import { readConfig, toConfig, type WorkerToml } from "./config.ts";
import { generatedConfig } from "./generated.ts";

// Importing wrangler takes seconds on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const WEB = { name: "web", services: [{ service: "api" }] };

test("names come from the two wrangler.toml files", async () => {
  expect(await readConfig(ROOT)).toMatchObject({
    worker: "runlight",
    databases: ["runlight"],
    resources: [
      { kind: "database", name: "runlight" },
      { kind: "namespace", name: "runlight-oauth-kv" },
      { kind: "queue", name: "runlight-bells" },
      { kind: "queue", name: "runlight-jobs" },
      { kind: "queue", name: "runlight-monitors" },
      { kind: "queue", name: "runlight-bells-dead" },
      { kind: "bucket", name: "runlight" },
      { kind: "pages", name: "runlight-web" },
    ],
    secrets: ["RUNLIGHT_API_KEY"],
  });
});

test("a queue that only takes dead letters is created, too", () => {
  const config = toConfig(
    "/",
    {
      name: "api",
      d1_databases: [{ binding: "DB", database_name: "db" }],
      queues: { producers: [{ queue: "q" }], consumers: [{ queue: "q", dead_letter_queue: "dead" }] },
    },
    WEB,
  );
  expect(config.resources).toEqual([
    { kind: "database", name: "db" },
    { kind: "queue", name: "q" },
    { kind: "queue", name: "dead" },
    { kind: "pages", name: "web" },
  ]);
});

test("there may be several databases, bound as the Worker counts them", () => {
  const bound = (...bindings: string[]) => ({
    name: "api",
    d1_databases: bindings.map((binding, n) => ({ binding, database_name: `db-${n}`, migrations_dir: "migrations" })),
  });
  const config = toConfig("/", bound("DB", "DB_1", "DB_2"), WEB);
  expect(config.databases).toEqual(["db-0", "db-1", "db-2"]);
  const ids = new Map(config.databases.map((name) => [name, `id-of-${name}`]));
  const { d1_databases } = generatedConfig(
    config,
    { databaseIds: ids, namespaceIds: new Map(), secrets: [] },
    "/below",
  );
  expect(d1_databases?.map(({ database_id }) => database_id)).toEqual(["id-of-db-0", "id-of-db-1", "id-of-db-2"]);
  expect(() => toConfig("/", bound("DB", "DB_2"), WEB)).toThrow("as DB_2; it has to be DB_1.");
  expect(() => toConfig("/", bound("OTHER"), WEB)).toThrow("it has to be DB.");
  const twice = { binding: "DB", database_name: "db" };
  expect(() => toConfig("/", { name: "api", d1_databases: [twice, { ...twice, binding: "DB_1" }] }, WEB)).toThrow(
    "names a D1 database twice",
  );
  const [first, second] = bound("DB", "DB_1").d1_databases;
  const apart = { name: "api", d1_databases: [first, { ...second, migrations_dir: "other" }] } as WorkerToml;
  expect(() => toConfig("/", apart, WEB)).toThrow("the same migrations_dir");
});

test("what is missing or does not fit is said before anything is done", () => {
  const database = { binding: "DB", database_name: "db" };
  expect(() => toConfig("/", {}, WEB)).toThrow("wrangler.toml has no name, which npm run deploy needs.");
  expect(() => toConfig("/", { name: "api" }, WEB)).toThrow("has no database_name");
  expect(() => toConfig("/", { name: "renamed", d1_databases: [database] }, WEB)).toThrow('no service "renamed"');
});
