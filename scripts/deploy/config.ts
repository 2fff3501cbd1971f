import { join } from "node:path";
import { Stop } from "../say.ts";

/** The part of wrangler.toml that a deployment changes or asks for; the rest is carried along. */
export interface WorkerToml {
  name?: string;
  main?: string;
  secrets?: { required?: string[] };
  d1_databases?: { binding: string; database_name?: string; database_id?: string; migrations_dir?: string }[];
  r2_buckets?: { bucket_name?: string }[];
  queues?: { producers?: { queue: string }[]; consumers?: { queue: string; dead_letter_queue?: string }[] };
}

export interface PagesToml {
  name?: string;
  services?: { service: string }[];
}

export type Kind = "database" | "queue" | "bucket" | "pages";

export interface Resource {
  kind: Kind;
  name: string;
}

/** What is deployed, under which names: all of it read from the two wrangler.toml files. */
export interface Config {
  root: string;
  worker: string;
  database: string;
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
  const [database, ...others] = toml.d1_databases ?? [];
  if (others.length > 0) throw new Stop("wrangler.toml has several D1 databases; npm run deploy can create one.");
  if (!web.services?.some(({ service }) => service === worker))
    throw new Stop(`web/wrangler.toml binds no service "${worker}", so the dashboard would not find the Worker.`);

  const consumers = toml.queues?.consumers ?? [];
  const queues = new Set([
    ...(toml.queues?.producers ?? []).map(({ queue }) => queue),
    ...consumers.map(({ queue }) => queue),
    ...consumers.flatMap(({ dead_letter_queue }) => dead_letter_queue ?? []),
  ]);
  const databaseName = given(database?.database_name, "database_name", "wrangler.toml");
  return {
    root,
    worker,
    database: databaseName,
    resources: [
      { kind: "database", name: databaseName },
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

function given(value: string | undefined, field: string, file: string): string {
  if (!value) throw new Stop(`${file} has no ${field}, which npm run deploy needs.`);
  return value;
}
