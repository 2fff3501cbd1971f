import { fileURLToPath } from "node:url";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Of one test, most of which take milliseconds: a busy machine takes ten times as long as an idle one. */
const PATIENCE_MS = 180_000;

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * From quick to slow: `unit` (plain modules in Node, beside their source), `workers` (inside workerd, with the bindings of
 * wrangler.toml), `shards` (the same with three databases), `faults` (the same, with bindings that fail) and `faults-server`, `mcp`
 * (the protocol's conformance suite) and `server` (all three against the server that `npm start` runs). The browser has
 * playwright.config.ts.
 */
export default defineConfig({
  test: {
    // Hundreds of injected failures are logged by the product as they should be; what is to be read is the figures.
    onConsoleLog: (log, _, entity) =>
      entity?.project.name.startsWith("faults") ? log.startsWith("FAULTS") : undefined,
    projects: [
      {
        resolve: { alias: { $lib: here("./web/src/lib") } },
        test: {
          name: "unit",
          environment: "node",
          globalSetup: ["./test/build-view.ts"],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
          include: [
            "src/**/*.test.ts",
            "durable-objects/**/*.test.ts",
            "queues/**/*.test.ts",
            "web/src/**/*.test.ts",
            "web/functions/**/*.test.ts",
            "scripts/**/*.test.ts",
          ],
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: here("./wrangler.toml") },
            miniflare: {
              bindings: {
                RUNLIGHT_API_KEY: "rl_test0000000000000000000000000000000000",
                TEST_MIGRATIONS: await readD1Migrations(here("./migrations")),
              },
            },
          })),
        ],
        test: {
          name: "workers",
          include: ["test/workers/**/*.test.ts"],
          globalSetup: ["./test/build-view.ts"],
          setupFiles: ["./test/workers/setup.ts"],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: here("./wrangler.toml") },
            miniflare: {
              // Three databases, over which the tests' projects are spread.
              d1Databases: { DB_1: "shard-1", DB_2: "shard-2" },
              bindings: {
                RUNLIGHT_API_KEY: "rl_test0000000000000000000000000000000000",
                TEST_MIGRATIONS: await readD1Migrations(here("./migrations")),
              },
            },
          })),
        ],
        test: {
          name: "shards",
          // Of the workers' tests those that between them use every table of a project.
          include: [
            "test/shards/*.test.ts",
            "test/workers/{artifacts,prices,projection,rebuild,rollups,runs,runs-list,sessions}.test.ts",
          ],
          globalSetup: ["./test/build-view.ts"],
          setupFiles: ["./test/workers/setup.ts"],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            // The product's Worker with faults in front of its bindings.
            main: here("./test/faults/worker.ts"),
            wrangler: { configPath: here("./wrangler.toml") },
            miniflare: {
              // As in wrangler.toml, but the tries of a message that cannot be read come without a pause between them.
              queueConsumers: {
                "runlight-bells": {
                  maxBatchSize: 20,
                  maxBatchTimeout: 0,
                  maxRetries: 5,
                  retryDelay: 0,
                  deadLetterQueue: "runlight-bells-dead",
                },
                "runlight-bells-dead": { maxBatchSize: 20, maxBatchTimeout: 0, maxRetries: 100, retryDelay: 1 },
                "runlight-jobs": { maxBatchSize: 1, maxBatchTimeout: 0, maxRetries: 1 },
                "runlight-monitors": { maxBatchSize: 1, maxBatchTimeout: 0, maxRetries: 3 },
              },
              bindings: {
                RUNLIGHT_API_KEY: "rl_test0000000000000000000000000000000000",
                TEST_MIGRATIONS: await readD1Migrations(here("./migrations")),
                // Several, so that one of a request's log objects can fail alone.
                TRACE_LOGS: "3",
                FAULT_FORM: process.env.FAULT_FORM ?? "short",
                FAULT_SEED: process.env.FAULT_SEED ?? "",
              },
            },
          })),
        ],
        test: {
          name: "faults",
          include: ["test/faults/*.test.ts"],
          // Each test has projects of its own; a workerd for each file would take longer than some of the tests.
          isolate: false,
          globalSetup: ["./test/build-view.ts"],
          setupFiles: ["./test/faults/setup.ts"],
          testTimeout: PATIENCE_MS,
        },
      },
      {
        // The app is asked for its routes, outside the Worker: what wrangler would bundle as text is nothing here.
        plugins: [{ name: "html-as-text", load: (id) => (id.endsWith(".html") ? 'export default ""' : null) }],
        resolve: { alias: { "cloudflare:workers": here("./test/faults/server/cloudflare-workers.ts") } },
        test: {
          name: "faults-server",
          environment: "node",
          server: { deps: { inline: ["@cloudflare/workers-oauth-provider"] } },
          include: ["test/faults/server/**/*.test.ts"],
          globalSetup: ["./test/server/build.ts"],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
      {
        test: {
          name: "mcp",
          environment: "node",
          include: ["test/conformance/**/*.test.ts"],
          globalSetup: ["./test/conformance/build.ts"],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
      {
        test: {
          name: "server",
          environment: "node",
          include: ["test/server/**/*.test.ts"],
          globalSetup: ["./test/server/build.ts"],
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
    ],
  },
});
