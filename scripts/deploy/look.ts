import { Stop } from "../say.ts";
import type { Command, Result, RunCommand } from "./commands.ts";
import * as commands from "./commands.ts";
import type { Config, Resource } from "./config.ts";
import { failure } from "./failure.ts";
import type { State } from "./plan.ts";

/** The commands that `look` runs, in its order; they change nothing. */
export const looks = (config: Config): Command[] => [
  commands.whoami,
  commands.listDatabases,
  commands.listNamespaces,
  ...config.resources.filter(({ kind }) => kind === "queue").map(({ name }) => commands.showQueue(name)),
  commands.listBuckets,
  commands.listPages,
  commands.listSecrets(config),
];

/** Asks Cloudflare what is there. */
export async function look(config: Config, run: RunCommand): Promise<State> {
  await checkLogin(run);
  const databaseIds = await findDatabases(config, run);
  const namespaceIds = await findNamespaces(config, run);
  const queues = config.resources.filter(({ kind }) => kind === "queue");
  const found = [...databaseIds.keys()].map((name): Resource => ({ kind: "database", name }));
  for (const name of namespaceIds.keys()) found.push({ kind: "namespace", name });
  for (const queue of queues) if (await hasQueue(queue.name, run)) found.push(queue);
  for (const name of await bucketNames(run)) found.push({ kind: "bucket", name });
  for (const name of await pagesNames(run)) found.push({ kind: "pages", name });
  return { databaseIds, namespaceIds, resources: found, secrets: await secretNames(config, run) };
}

async function checkLogin(run: RunCommand): Promise<void> {
  const result = await run(commands.whoami);
  const who = parse(result.stdout) as { loggedIn?: boolean } | undefined;
  if (who?.loggedIn === false)
    throw new Stop(
      'wrangler is not logged in to Cloudflare: run "npx wrangler login", or set CLOUDFLARE_API_TOKEN, then "npm run deploy" again.',
    );
  if (result.code !== 0) throw failure("Asking Cloudflare who is logged in", result);
}

/** The ids of those databases of the configuration that are there, by their names. */
export async function findDatabases({ databases }: Config, run: RunCommand): Promise<Map<string, string>> {
  const listed = rows(await run(commands.listDatabases), "Listing the D1 databases");
  return idsOf(databases, (name) => listed.find((database) => database.name === name)?.uuid);
}

/** The same of the KV namespaces. */
export async function findNamespaces({ resources }: Config, run: RunCommand): Promise<Map<string, string>> {
  const names = resources.filter(({ kind }) => kind === "namespace").map(({ name }) => name);
  const listed = rows(await run(commands.listNamespaces), "Listing the KV namespaces");
  return idsOf(names, (name) => listed.find(({ title }) => title === name)?.id);
}

function idsOf(names: string[], idOf: (name: string) => unknown): Map<string, string> {
  return new Map(
    names.flatMap((name) => {
      const id = text(idOf(name));
      return id ? [[name, id] as const] : [];
    }),
  );
}

async function hasQueue(name: string, run: RunCommand): Promise<boolean> {
  const result = await run(commands.showQueue(name));
  if (result.code === 0) return true;
  if (/Queue ".*" does not exist/.test(result.stdout + result.stderr)) return false;
  throw failure(`Looking for the queue ${name}`, result);
}

/** From lines such as "name:           runlight". */
async function bucketNames(run: RunCommand): Promise<string[]> {
  const result = await run(commands.listBuckets);
  if (result.code !== 0) throw failure("Listing the R2 buckets", result);
  return [...result.stdout.matchAll(/^\s*name:\s*(\S+)\s*$/gm)].map(([, name = ""]) => name);
}

async function pagesNames(run: RunCommand): Promise<string[]> {
  const projects = rows(await run(commands.listPages), "Listing the Pages projects");
  return projects.flatMap((project) => text(project["Project Name"]) ?? []);
}

async function secretNames(config: Config, run: RunCommand): Promise<string[]> {
  const result = await run(commands.listSecrets(config));
  // Before the first deployment.
  if (result.code !== 0 && /Worker ".*" not found/.test(result.stdout + result.stderr)) return [];
  return rows(result, "Listing the Worker's secrets").flatMap(({ name }) => text(name) ?? []);
}

function rows(result: Result, what: string): Record<string, unknown>[] {
  const list = parse(result.stdout);
  if (result.code !== 0 || !Array.isArray(list)) throw failure(what, result);
  return list;
}

/** The JSON in wrangler's output, behind whatever it prints before it. */
function parse(output: string): unknown {
  for (const { index } of output.matchAll(/^\s*[[{]/gm)) {
    try {
      return JSON.parse(output.slice(index));
    } catch {
      // A line of text that begins like JSON; the next one may be it.
    }
  }
  return undefined;
}

const text = (value: unknown) => (typeof value === "string" ? value : undefined);
