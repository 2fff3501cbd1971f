import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at, ROOT } from "../root.ts";
import { paint, Stop } from "../say.ts";
import { command } from "./command.ts";
import { hashOf } from "./hash.ts";
import type { Project } from "./read-project.ts";

/** What is built for `npm start` and the tests; a second start finds it and builds nothing. */
const BUILT = at(".wrangler/build");
export const WORKER = join(BUILT, "worker");
const PROJECT = join(BUILT, "project.json");
export const DASHBOARD = at("web/build");

const SHARED_INPUTS = ["package-lock.json"];
const WORKER_INPUTS = [
  ...SHARED_INPUTS,
  "wrangler.toml",
  "tsconfig.json",
  "migrations",
  "src",
  "durable-objects",
  "queues",
];
const DASHBOARD_INPUTS = [...SHARED_INPUTS, "web"];

/** The view for chat clients, which is part of the Worker's bundle. */
const VIEW = at("src/mcp/app/waterfall.html");

/** Builds what has changed since the last time: the Worker's bundle and the dashboard. */
export async function build({ dashboard }: { dashboard: boolean }): Promise<void> {
  await buildView();
  await Promise.all([
    onceFor("worker", WORKER_INPUTS, [WORKER, PROJECT], buildWorker),
    dashboard && onceFor("dashboard", DASHBOARD_INPUTS, [DASHBOARD], buildDashboard),
  ]);
}

/** Builds the view for chat clients, if it has changed: before the Worker, and before the tests that run it. */
export async function buildView(): Promise<void> {
  mkdirSync(BUILT, { recursive: true });
  await onceFor("view", DASHBOARD_INPUTS, [VIEW], async () => {
    const env = { NODE_ENV: "production" };
    await tell("Building the view for chat clients", "npm", ["run", "build:chat", "--workspace", "web"], env);
  });
}

/** Skips the work when its inputs hash to what they did when it last succeeded and its outputs are there. */
async function onceFor(name: string, inputs: string[], outputs: string[], work: () => Promise<void>): Promise<void> {
  const mark = join(BUILT, `${name}.hash`);
  const hash = hashOf(ROOT, inputs);
  if (outputs.every((path) => existsSync(path)) && existsSync(mark) && readFileSync(mark, "utf8") === hash) return;
  rmSync(mark, { force: true });
  await work();
  writeFileSync(mark, hash);
}

/** The production bundle, by the bundler that deploys it, and beside it what Miniflare must know of wrangler.toml. */
async function buildWorker(): Promise<void> {
  const out = mkdtempSync(join(BUILT, "worker-"));
  try {
    await Promise.all([
      tell("Bundling the Worker", "wrangler", ["deploy", "--dry-run", "--outdir", out]),
      tell("Reading wrangler.toml", process.execPath, [at("scripts/local/read-project.ts"), PROJECT], {
        // Or wrangler warns that it is missing; the real one is added when the server starts.
        RUNLIGHT_API_KEY: "unset",
        WRANGLER_LOG: "error",
      }),
    ]);
    rmSync(WORKER, { recursive: true, force: true });
    renameSync(out, WORKER);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** What the last build found in wrangler.toml and in the migrations. */
export function builtProject(): Project {
  return JSON.parse(readFileSync(PROJECT, "utf8")) as Project;
}

async function buildDashboard(): Promise<void> {
  // Whoever asks for it may run in another mode, as tests do: with their NODE_ENV it would come with Svelte's development code.
  const env = { NODE_ENV: "production" };
  await tell("Building the dashboard", "npm", ["run", "build", "--workspace", "web"], env);
}

async function tell(what: string, name: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const start = performance.now();
  process.stdout.write(paint("dim", `${what} …\n`));
  const { code, output } = await command(name, args, { env });
  if (code !== 0) throw new Stop(`${output.trim()}\n\n${what} failed (see above).`);
  process.stdout.write(paint("dim", `${what} took ${((performance.now() - start) / 1000).toFixed(1)} s\n`));
}
