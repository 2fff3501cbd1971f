import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { ROOT } from "../root.ts";
import { type Config, readConfig } from "./config.ts";
import { deploy } from "./deploy.ts";
import { FakeAccount } from "./fake-account.ts";
import { GENERATED } from "./generated.ts";

// Importing wrangler takes seconds on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

/** The real wrangler.toml, with a folder of its own to write into. */
async function configInFolder(): Promise<Config> {
  return { ...(await readConfig(ROOT)), root: mkdtempSync(join(tmpdir(), "runlight-deploy-")) };
}

/** @returns what it printed, and the failure that ended it */
async function runDeploy(config: Config, account: FakeAccount, setKey = false) {
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  try {
    await deploy(config, { setKey }, { run: account.run, write });
    return { text, failure: undefined };
  } catch (error) {
    return { text, failure: error as Error };
  }
}

const CREATIONS = [
  "wrangler d1 create runlight",
  "wrangler kv namespace create runlight-oauth-kv --no-update-config",
  "wrangler queues create runlight-bells",
  "wrangler queues create runlight-jobs",
  "wrangler queues create runlight-monitors",
  "wrangler queues create runlight-bells-dead",
  "wrangler r2 bucket create runlight",
  "wrangler pages project create runlight-web --production-branch main",
];
const DEPLOYMENT = [
  "npm -w web run build",
  "npm -w web run build:chat",
  `wrangler d1 migrations apply runlight --remote --config ${GENERATED}`,
  `wrangler deploy --config ${GENERATED}`,
  "wrangler pages deploy --branch main --commit-dirty=true",
];

test("the first deployment creates everything in order, the second creates nothing", async () => {
  const config = await configInFolder();
  const account = new FakeAccount();
  const first = await runDeploy(config, account);
  expect(account.done).toEqual([...CREATIONS, ...DEPLOYMENT]);
  expect(first.text).toBe(`Looking at what is there …
D1 database runlight … created
KV namespace runlight-oauth-kv … created
queue runlight-bells … created
queue runlight-jobs … created
queue runlight-monitors … created
queue runlight-bells-dead … created
R2 bucket runlight … created
Pages project runlight-web … created
.wrangler/deploy/wrangler.json … written
dashboard … built
view for chat clients … built
migrations of runlight … applied
Worker runlight … deployed
Pages runlight-web … deployed
secret RUNLIGHT_API_KEY … not set

Worker runlight: https://runlight.someone.workers.dev
Pages runlight-web: https://runlight-web.pages.dev
The secret RUNLIGHT_API_KEY is not set. Set it: npx wrangler secret put RUNLIGHT_API_KEY
Until then the API refuses everything.
`);

  account.done.length = 0;
  const second = await runDeploy(config, account);
  expect(account.done).toEqual(DEPLOYMENT);
  expect(second.text).not.toContain("created");
});

test("a failure in the middle stops with a sentence, and repeating goes on from there", async () => {
  const config = await configInFolder();
  for (const [i, command] of [...CREATIONS, ...DEPLOYMENT].entries()) {
    const account = new FakeAccount();
    account.broken = command;
    const { text, failure } = await runDeploy(config, account);
    expect(account.done).toEqual([...CREATIONS, ...DEPLOYMENT].slice(0, i));
    expect(text).toMatch(/… failed\n/);
    expect(failure).toMatchObject({
      name: "Stop",
      message: expect.stringMatching(
        /^A request failed \[code: 7003\]\n\n.* failed \(see above\)\. .*goes on from here\.$/,
      ),
    });

    account.broken = undefined;
    account.done.length = 0;
    await runDeploy(config, account);
    expect(account.done).toEqual([...CREATIONS.slice(i), ...DEPLOYMENT]);
  }
});

test("what a list did not show and creating finds is taken as there", async () => {
  const account = new FakeAccount();
  account.broken = "wrangler r2 bucket create";
  account.breaks = "The bucket you tried to create already exists, and you own it. [code: 10004]";
  const { text, failure } = await runDeploy(await configInFolder(), account);
  expect(failure).toBeUndefined();
  expect(text).toContain("R2 bucket runlight … exists");
});

test("a key is made only when asked for, goes through stdin, and is printed once", async () => {
  const config = await configInFolder();
  const account = new FakeAccount();
  const without = await runDeploy(config, account);
  expect(account.told).toEqual([]);
  expect(without.text).not.toContain("rl_");

  const { text } = await runDeploy(config, account, true);
  const [key = ""] = account.told;
  expect(key).toMatch(/^rl_\w{40}$/);
  expect(account.done.at(-1)).toBe("wrangler secret put RUNLIGHT_API_KEY");
  expect(account.args.join(" ")).not.toContain("rl_");
  expect(text.split(key)).toHaveLength(2);
  expect(readFileSync(join(config.root, GENERATED), "utf8")).not.toContain(key);

  const again = await runDeploy(config, account);
  expect(again.text).toContain("secret RUNLIGHT_API_KEY … exists");
  expect(again.text).not.toContain("rl_");
});

test("a key that could not be set is not printed", async () => {
  const account = new FakeAccount();
  account.broken = "wrangler secret put";
  const { text, failure } = await runDeploy(await configInFolder(), account, true);
  expect(failure?.message).toContain("Setting the secret RUNLIGHT_API_KEY failed");
  expect(text + failure?.message).not.toContain("rl_");
});

test("a new key says that the old one still works", async () => {
  const account = new FakeAccount();
  account.worker = true;
  account.secrets.push("RUNLIGHT_API_KEY");
  const { text } = await runDeploy(await configInFolder(), account, true);
  expect(text).toContain("secret RUNLIGHT_API_KEY … replaced");
  expect(text).toContain("The key before it works until it is revoked");
});

test("without a login nothing is tried", async () => {
  const account = new FakeAccount();
  account.loggedIn = false;
  const { failure } = await runDeploy(await configInFolder(), account);
  expect(failure?.message).toMatch(/^wrangler is not logged in to Cloudflare: [^\n]*$/);
  expect(account.done).toEqual([]);
});

test("of several accounts it asks for one", async () => {
  const account = new FakeAccount();
  account.broken = "wrangler d1 create";
  account.breaks = "More than one account available but unable to select one in non-interactive mode.";
  const { failure } = await runDeploy(await configInFolder(), account);
  expect(failure?.message).toContain("set CLOUDFLARE_ACCOUNT_ID");
});

test("wrangler.toml stays as it is", async () => {
  const files = () => ["wrangler.toml", "web/wrangler.toml"].map((path) => readFileSync(join(ROOT, path), "utf8"));
  const before = files();
  await runDeploy(await configInFolder(), new FakeAccount(), true);
  expect(files()).toEqual(before);
});
