import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type Config, namespaceName, type WorkerToml } from "./config.ts";

/**
 * The wrangler.toml of this deployment, below the checkout and not in git: the ids in it belong to one account.
 * Not `config.json`, which wrangler would follow by itself from every other command.
 */
export const GENERATED = ".wrangler/deploy/wrangler.json";

export interface Deployment {
  /** By name. */
  databaseIds: Map<string, string>;
  namespaceIds: Map<string, string>;
  /** The secrets that the Worker has. */
  secrets: string[];
}

/**
 * wrangler.toml with the ids of databases and KV namespaces, and with its paths leading back from `folder`. A required secret that is not set
 * is left out: wrangler would refuse to deploy, and cannot set a secret on a Worker that was never deployed.
 */
export function generatedConfig(
  { root, worker, toml }: Config,
  { databaseIds, namespaceIds, secrets }: Deployment,
  folder: string,
): WorkerToml {
  const back = (path: string | undefined) => path && relative(folder, join(root, path));
  return {
    ...toml,
    main: back(toml.main),
    d1_databases: toml.d1_databases?.map((database) => ({
      ...database,
      database_id: databaseIds.get(database.database_name ?? "") ?? "",
      migrations_dir: back(database.migrations_dir),
    })),
    kv_namespaces: toml.kv_namespaces?.map((namespace) => ({
      ...namespace,
      id: namespaceIds.get(namespaceName(worker, namespace.binding)) ?? "",
    })),
    secrets: { required: toml.secrets?.required?.filter((name) => secrets.includes(name)) ?? [] },
  };
}

export function writeGenerated(config: Config, deployment: Deployment): void {
  const path = join(config.root, GENERATED);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(generatedConfig(config, deployment, dirname(path)), null, 2)}\n`);
}
