// What wrangler makes of wrangler.toml and of the migrations, written to the file that is named. A process of its own, so
// that the server, which lives long, need not hold wrangler (100 MB).
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { V4WorkerOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from "wrangler";
import { at } from "../root.ts";
import { readDevVars } from "./key.ts";
import { type Migration, migrationNames } from "./migrations.ts";

export interface Project {
  /** What the Worker binds, without secrets: those are added when the server starts. */
  options: V4WorkerOptions;
  migrations: Migration[];
}

function readOptions(): V4WorkerOptions {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(at("wrangler.toml"));
  // Rules for other module types, which the bundler has already followed.
  const { modulesRules: _, bindings, ...options } = workerOptions as V4WorkerOptions & { modulesRules?: unknown };
  const secrets = new Set(["RUNLIGHT_API_KEY", ...Object.keys(readDevVars(at(".dev.vars")))]);
  const vars = Object.fromEntries(Object.entries(bindings ?? {}).filter(([name]) => !secrets.has(name)));
  return { ...options, bindings: vars } as V4WorkerOptions;
}

const project: Project = {
  options: readOptions(),
  migrations: migrationNames(readdirSync(at("migrations"))).map((name) => ({
    name,
    statements: unstable_splitSqlQuery(readFileSync(at("migrations", name), "utf8")),
  })),
};
writeFileSync(process.argv[2] as string, JSON.stringify(project));
