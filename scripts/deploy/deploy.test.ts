import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../root.ts";
import type { Command, Result, RunCommand } from "./commands.ts";
import { type Config, readConfig } from "./config.ts";
import { deploy } from "./deploy.ts";
import { GENERATED } from "./generated.ts";

/** A Cloudflare account that answers as wrangler does, and remembers what was made in it. */
class Account {
  readonly databases: string[] = [];
  readonly queues: string[] = [];
  readonly buckets: string[] = [];
  readonly pages: string[] = [];
  readonly secrets: string[] = [];
  worker = false;
  loggedIn = true;
  /** The commands that changed something, in order. */
  readonly done: string[] = [];
  /** The values that came through stdin. */
  readonly told: string[] = [];
  /** The command that fails, by how it begins. */
  broken: string | undefined;

  readonly run: RunCommand = async ({ name, args }: Command, stdin): Promise<Result> => {
    const line = [name, ...args].join(" ");
    const looked = this.#look(line);
    if (looked) return looked;
    if (this.broken && line.startsWith(this.broken))
      return { code: 1, stdout: "", stderr: "A request failed [code: 7003]" };
    this.done.push(line);
    if (stdin) this.told.push(stdin);
    const last = args.at(-1) ?? "";
    if (line.startsWith("wrangler d1 create")) this.databases.push(last);
    if (line.startsWith("wrangler queues create")) this.queues.push(last);
    if (line.startsWith("wrangler r2 bucket create")) this.buckets.push(last);
    if (line.startsWith("wrangler pages project create")) this.pages.push(args[3] ?? "");
    if (line.startsWith("wrangler secret put")) this.secrets.push(last);
    if (line.startsWith("wrangler deploy ")) {
      this.worker = true;
      return { code: 0, stdout: "Deployed\n  https://runlight.someone.workers.dev", stderr: "" };
    }
    if (line.startsWith("wrangler pages deploy")) {
      return { code: 0, stdout: "Take a peek over at https://0a1b2c3d.runlight-web.pages.dev", stderr: "" };
    }
    return { code: 0, stdout: "", stderr: "" };
  };

  #look(line: string): Result | undefined {
    const say = (stdout: string, code = 0): Result => ({ code, stdout, stderr: "" });
    if (line === "wrangler whoami --json")
      return say(JSON.stringify({ loggedIn: this.loggedIn }), this.loggedIn ? 0 : 1);
    if (line === "wrangler d1 list --json") {
      return say(`A notice.\n${JSON.stringify(this.databases.map((name) => ({ name, uuid: `id-of-${name}` })))}`);
    }
    if (line === "wrangler r2 bucket list") return say(this.buckets.map((name) => `name:   ${name}\n`).join("\n"));
    if (line === "wrangler pages project list --json") {
      return say(JSON.stringify(this.pages.map((name) => ({ "Project Name": name }))));
    }
    if (line.startsWith("wrangler secret list")) {
      if (!this.worker) return { code: 1, stdout: "", stderr: 'Worker "runlight" not found.' };
      return say(JSON.stringify(this.secrets.map((name) => ({ name, type: "secret_text" }))));
    }
    const [, queue] = /^wrangler queues info (.*)$/.exec(line) ?? [];
    if (queue === undefined) return undefined;
    return this.queues.includes(queue) ? say("…") : { code: 1, stdout: "", stderr: `Queue "${queue}" does not exist.` };
  }
}

/** The real wrangler.toml, with a folder of its own to write into. */
async function configInFolder(): Promise<Config> {
  return { ...(await readConfig(ROOT)), root: mkdtempSync(join(tmpdir(), "runlight-deploy-")) };
}

async function runDeploy(config: Config, account: Account, setKey = false): Promise<string> {
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  await deploy(config, { setKey }, { run: account.run, write });
  return text;
}

const CREATIONS = [
  "wrangler d1 create runlight",
  "wrangler queues create runlight-bells",
  "wrangler queues create runlight-bells-dead",
  "wrangler r2 bucket create runlight",
  "wrangler pages project create runlight-web --production-branch main",
];
const DEPLOYMENT = [
  "npm -w web run build",
  `wrangler d1 migrations apply runlight --remote --config ${GENERATED}`,
  `wrangler deploy --config ${GENERATED}`,
  "wrangler pages deploy --branch main --commit-dirty=true",
];

test("the first deployment creates everything that the config names, the second only deploys", async () => {
  const config = await configInFolder();
  const account = new Account();
  const first = await runDeploy(config, account, true);
  expect(account.done).toEqual([...CREATIONS, ...DEPLOYMENT, "wrangler secret put RUNLIGHT_API_KEY"]);
  expect(first).toContain(`API key, shown this once: ${account.told[0]}`);
  expect(first).toContain("https://runlight.someone.workers.dev");
  expect(first).toContain("https://runlight-web.pages.dev");

  account.done.length = 0;
  const second = await runDeploy(config, account);
  expect(account.done).toEqual(DEPLOYMENT);
  expect(second).toContain("secret RUNLIGHT_API_KEY … exists");
});

test("the generated config names the account's database, leads back to the sources, and leaves wrangler.toml alone", async () => {
  const config = await configInFolder();
  const account = new Account();
  await runDeploy(config, account);
  const written = JSON.parse(readFileSync(join(config.root, GENERATED), "utf8"));
  expect(written).toMatchObject({
    name: "runlight",
    main: "../../src/index.ts",
    d1_databases: [{ binding: "DB", database_id: "id-of-runlight", migrations_dir: "../../migrations" }],
    queues: config.toml.queues,
    // wrangler would refuse the first deployment for a secret that cannot be set before it.
    secrets: { required: [] },
  });
  expect(Object.keys(written).sort()).toEqual(Object.keys(config.toml).sort());
});

test("no secret is set unless asked for; the command to set it is said", async () => {
  const account = new Account();
  const text = await runDeploy(await configInFolder(), account);
  expect(account.secrets).toEqual([]);
  expect(text).toContain("is not set. Set it: npx wrangler secret put RUNLIGHT_API_KEY");
});

test("a failure in the middle ends it with a sentence, and the next run goes on from there", async () => {
  const config = await configInFolder();
  const account = new Account();
  account.broken = "wrangler queues create runlight-bells-dead";
  await expect(runDeploy(config, account)).rejects.toThrow(
    /A request failed \[code: 7003\]\n\nCreating the queue runlight-bells-dead failed \(see above\)\. .*goes on from here\.$/,
  );
  expect(account.done).toEqual(CREATIONS.slice(0, 2));

  account.broken = undefined;
  account.done.length = 0;
  await runDeploy(config, account);
  expect(account.done).toEqual([...CREATIONS.slice(2), ...DEPLOYMENT]);
});

test("without a login nothing is tried", async () => {
  const account = new Account();
  account.loggedIn = false;
  await expect(runDeploy(await configInFolder(), account)).rejects.toThrow(/^wrangler is not logged in to Cloudflare/);
  expect(account.done).toEqual([]);
});
