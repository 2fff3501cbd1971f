import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { at, ROOT } from "../root.ts";
import { readConfig } from "./config.ts";

test("--dry-run names everything, without a login, in a process that may start no other", {
  timeout: 180_000,
}, async () => {
  const home = mkdtempSync(join(tmpdir(), "runlight-home-"));
  const { CLOUDFLARE_API_TOKEN: _, npm_config_dry_run: __, ...env } = process.env;
  const rights = ["--permission", "--allow-fs-read=*", "--allow-fs-write=*", "--allow-addons", "--allow-worker"];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...rights, at("scripts/run.cjs"), "deploy", "--dry-run"],
    { cwd: ROOT, encoding: "utf8", env: { ...env, HOME: home } },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining("Error") });
  const { worker, resources, secrets } = await readConfig(ROOT);
  for (const { name } of resources) expect(stdout).toContain(`create ${name}`);
  for (const name of secrets) expect(stdout).toContain(`npx wrangler secret put ${name}`);
  expect(stdout).toContain(`Worker ${worker}: npx wrangler deploy --config .wrangler/deploy/wrangler.json`);
  expect(stdout.match(/^ *\d+\. /gm)).toHaveLength(15);
});
