import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { V4WorkerOptions } from "miniflare";
import { at, ROOT } from "../root.ts";
import { paint, Stop } from "../say.ts";
import { command } from "./command.ts";
import { hashOf } from "./hash.ts";
import { readDevVars } from "./key.ts";

/** What is built for `npm start` and the tests; a second start finds it and builds nothing. */
const BUILT = at(".wrangler/build");
export const WORKER = join(BUILT, "worker");
export const OPTIONS = join(BUILT, "worker.json");
export const DASHBOARD = at("web/build");

const SHARED_INPUTS = ["package-lock.json"];
const WORKER_INPUTS = [...SHARED_INPUTS, "wrangler.toml", "tsconfig.json", "src", "durable-objects", "queues"];
const DASHBOARD_INPUTS = [...SHARED_INPUTS, "web"];

/** Builds what has changed since the last time: the Worker's bundle and the dashboard. */
export async function build({ dashboard }: { dashboard: boolean }): Promise<void> {
  mkdirSync(BUILT, { recursive: true });
  await Promise.all([
    onceFor("worker", WORKER_INPUTS, [WORKER, OPTIONS], buildWorker),
    dashboard && onceFor("dashboard", DASHBOARD_INPUTS, [DASHBOARD], buildDashboard),
  ]);
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

/** The production bundle, by the bundler that deploys it, and what wrangler.toml binds, as Miniflare reads it. */
async function buildWorker(): Promise<void> {
  const out = mkdtempSync(join(BUILT, "worker-"));
  await tell("Bundling the Worker", "wrangler", ["deploy", "--dry-run", "--outdir", out]);
  rmSync(WORKER, { recursive: true, force: true });
  renameSync(out, WORKER);

  writeFileSync(OPTIONS, JSON.stringify(await readOptions()));
}

/** What wrangler.toml says, without secrets: those are added when the server starts. */
async function readOptions(): Promise<V4WorkerOptions> {
  const { unstable_getMiniflareWorkerOptions } = await import("wrangler");
  const key = process.env.RUNLIGHT_API_KEY;
  // Or wrangler warns that it is missing; and it would say where it found it.
  process.env.WRANGLER_LOG ??= "error";
  process.env.RUNLIGHT_API_KEY = "set when the server starts";
  const { workerOptions } = unstable_getMiniflareWorkerOptions(at("wrangler.toml"));
  if (key === undefined) delete process.env.RUNLIGHT_API_KEY;
  else process.env.RUNLIGHT_API_KEY = key;
  // Rules for other module types, which the bundler has already followed.
  const { modulesRules: _, bindings, ...options } = workerOptions as V4WorkerOptions & { modulesRules?: unknown };
  const secrets = new Set(["RUNLIGHT_API_KEY", ...Object.keys(readDevVars(at(".dev.vars")))]);
  const vars = Object.fromEntries(Object.entries(bindings ?? {}).filter(([name]) => !secrets.has(name)));
  return { ...options, bindings: vars } as V4WorkerOptions;
}

async function buildDashboard(): Promise<void> {
  await tell("Building the dashboard", "npm", ["run", "build", "--workspace", "web"]);
}

async function tell(what: string, name: string, args: string[]): Promise<void> {
  const start = performance.now();
  process.stdout.write(paint("dim", `${what} …\n`));
  const { code, output } = await command(name, args);
  if (code !== 0) throw new Stop(`${output.trim()}\n\n${what} failed (see above).`);
  process.stdout.write(paint("dim", `${what} took ${((performance.now() - start) / 1000).toFixed(1)} s\n`));
}
