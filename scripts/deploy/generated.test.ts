import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { at, ROOT } from "../root.ts";
import { readConfig } from "./config.ts";
import { generatedConfig } from "./generated.ts";

// wrangler takes seconds to start on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const IDS = new Map([["runlight", "its-id"]]);
const NAMESPACES = new Map([["runlight-oauth-kv", "another-id"]]);

test("it is wrangler.toml with the database's id, paths that lead back, and the secrets that are set", async () => {
  const config = await readConfig(ROOT);
  const written = generatedConfig(
    config,
    { databaseIds: IDS, namespaceIds: NAMESPACES, secrets: [] },
    at(".wrangler/deploy"),
  );
  expect(written).toEqual({
    ...config.toml,
    main: "../../src/index.ts",
    d1_databases: [{ ...config.toml.d1_databases?.[0], database_id: "its-id", migrations_dir: "../../migrations" }],
    kv_namespaces: [{ binding: "OAUTH_KV", id: "another-id" }],
    secrets: { required: [] },
  });
  const later = generatedConfig(
    config,
    { databaseIds: IDS, namespaceIds: NAMESPACES, secrets: ["RUNLIGHT_API_KEY", "ANOTHER"] },
    ROOT,
  );
  expect(later.secrets).toEqual({ required: ["RUNLIGHT_API_KEY"] });
});

test("wrangler bundles the Worker from it and finds the migrations", async () => {
  mkdirSync(at(".wrangler"), { recursive: true });
  const folder = mkdtempSync(at(".wrangler/deploy-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "wrangler.json");
  const config = await readConfig(ROOT);
  writeFileSync(
    path,
    JSON.stringify(generatedConfig(config, { databaseIds: IDS, namespaceIds: NAMESPACES, secrets: [] }, folder)),
  );

  const wrangler = (...args: string[]) =>
    execFileSync(process.execPath, [at("node_modules/wrangler/bin/wrangler.js"), ...args, "--config", path], {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
      stdio: "pipe",
    });
  expect(wrangler("deploy", "--dry-run", "--outdir", join(folder, "out"))).toContain("env.DB (runlight)");
  expect(wrangler("d1", "migrations", "list", config.databases[0] ?? "", "--local", "--persist-to", folder)).toContain(
    "0000_",
  );
});
