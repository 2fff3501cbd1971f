import { join } from "node:path";
import { Stop } from "../say.ts";

/** The part of wrangler.toml that a deployment changes or asks for; the rest is carried along. */
export interface WorkerToml {
  name?: string;
  main?: string;
  secrets?: { required?: string[] };
  d1_databases?: { binding: string; database_name?: string; database_id?: string; migrations_dir?: string }[];
  kv_namespaces?: { binding: string; id?: string }[];
  r2_buckets?: { bucket_name?: string }[];
  queues?: { producers?: { queue: string }[]; consumers?: { queue: string; dead_letter_queue?: string }[] };
}

export interface PagesToml {
  name?: string;
  services?: { service: string }[];
}

export type Kind = "database" | "namespace" | "queue" | "bucket" | "pages";

export interface Resource {
  kind: Kind;
  name: string;
}

/** What is deployed, under which names: all of it read from the two wrangler.toml files. */
export interface Config {
  root: string;
  worker: string;
  /** The first is DB; the others are its shards, in their order. */
  databases: string[];
  /** In the order in which they are created. */
  resources: Resource[];
  secrets: string[];
  toml: WorkerToml;
}

export async function readConfig(root: string): Promise<Config> {
  const { experimental_readRawConfig: read } = await import("wrangler");
  return toConfig(
    root,
    read({ config: join(root, "wrangler.toml") }).rawConfig as WorkerToml,
    read({ config: join(root, "web/wrangler.toml") }).rawConfig as PagesToml,
  );
}

export function toConfig(root: string, toml: WorkerToml, web: PagesToml): Config {
  const worker = given(toml.name, "name", "wrangler.toml");
  const databases = databaseNames(toml);
  if (!web.services?.some(({ service }) => service === worker))
    throw new Stop(`web/wrangler.toml binds no service "${worker}", so the dashboard would not find the Worker.`);

  const consumers = toml.queues?.consumers ?? [];
  const queues = new Set([
    ...(toml.queues?.producers ?? []).map(({ queue }) => queue),
    ...consumers.map(({ queue }) => queue),
    ...consumers.flatMap(({ dead_letter_queue }) => dead_letter_queue ?? []),
  ]);
  return {
    root,
    worker,
    databases,
    resources: [
      ...databases.map((name): Resource => ({ kind: "database", name })),
      ...(toml.kv_namespaces ?? []).map(
        ({ binding }): Resource => ({ kind: "namespace", name: namespaceName(worker, binding) }),
      ),
      ...[...queues].map((name): Resource => ({ kind: "queue", name })),
      ...(toml.r2_buckets ?? []).map(
        ({ bucket_name }): Resource => ({ kind: "bucket", name: given(bucket_name, "bucket_name", "wrangler.toml") }),
      ),
      { kind: "pages", name: given(web.name, "name", "web/wrangler.toml") },
    ],
    secrets: toml.secrets?.required ?? [],
    toml,
  };
}

/** wrangler.toml has no names for KV namespaces: one is called after the Worker and its binding, such as runlight-oauth-kv. */
export const namespaceName = (worker: string, binding: string): string =>
  `${worker}-${binding.toLowerCase().replaceAll("_", "-")}`;

/** The Worker counts its databases by their bindings: DB, DB_1, DB_2. A gap would hide those behind it. */
function databaseNames({ d1_databases: [first, ...others] = [] }: WorkerToml): string[] {
  const names = [first, ...others].map((each) => given(each?.database_name, "database_name", "wrangler.toml"));
  for (const [n, binding] of [first, ...others].map((each) => each?.binding).entries()) {
    const expected = n === 0 ? "DB" : `DB_${n}`;
    if (binding !== expected)
      throw new Stop(`wrangler.toml binds its D1 database number ${n + 1} as ${binding}; it has to be ${expected}.`);
  }
  if (new Set(names).size < names.length) throw new Stop("wrangler.toml names a D1 database twice.");
  const folders = new Set([first, ...others].map((each) => each?.migrations_dir));
  if (folders.size > 1) throw new Stop("The D1 databases in wrangler.toml need the same migrations_dir.");
  return names;
}

function given(value: string | undefined, field: string, file: string): string {
  if (!value) throw new Stop(`${file} has no ${field}, which npm run deploy needs.`);
  return value;
}
