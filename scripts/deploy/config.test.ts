import { expect, test, vi } from "vitest";
import { ROOT } from "../root.ts";
import { readConfig, toConfig } from "./config.ts";

// Importing wrangler takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const WEB = { name: "web", services: [{ service: "api" }] };

test("names come from the two wrangler.toml files", async () => {
  expect(await readConfig(ROOT)).toMatchObject({
    worker: "runlight",
    database: "runlight",
    resources: [
      { kind: "database", name: "runlight" },
      { kind: "queue", name: "runlight-bells" },
      { kind: "queue", name: "runlight-jobs" },
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

test("what is missing or does not fit is said before anything is done", () => {
  const database = { binding: "DB", database_name: "db" };
  expect(() => toConfig("/", {}, WEB)).toThrow("wrangler.toml has no name, which npm run deploy needs.");
  expect(() => toConfig("/", { name: "api" }, WEB)).toThrow("has no database_name");
  expect(() => toConfig("/", { name: "api", d1_databases: [database, database] }, WEB)).toThrow("several D1 databases");
  expect(() => toConfig("/", { name: "renamed", d1_databases: [database] }, WEB)).toThrow('no service "renamed"');
});
