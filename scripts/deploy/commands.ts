import type { Config, Resource } from "./config.ts";
import { GENERATED } from "./generated.ts";

export interface Command {
  name: "wrangler" | "npm";
  args: string[];
  /** Below the checkout; none is the checkout itself. */
  folder?: string;
}

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end, whatever its exit code. What must stay out of the list of processes goes through stdin. */
export type RunCommand = (command: Command, stdin?: string) => Promise<Result>;

/** A Pages deployment from another branch than the project's production branch would be a preview. */
const PRODUCTION_BRANCH = "main";

const wrangler = (...args: string[]): Command => ({ name: "wrangler", args });
// There, so that wrangler reads web/wrangler.toml and finds the Function.
const inWeb = (...args: string[]): Command => ({ name: "wrangler", args, folder: "web" });

export const whoami = wrangler("whoami", "--json");
export const listDatabases = wrangler("d1", "list", "--json");
export const listNamespaces = wrangler("kv", "namespace", "list");
// By name and not from a list: the list comes in pages.
export const showQueue = (name: string) => wrangler("queues", "info", name);
// Not "bucket info", which also asks for metrics, and so for a right that a token for deploying may lack.
export const listBuckets = wrangler("r2", "bucket", "list");
export const listPages = inWeb("pages", "project", "list", "--json");
export const listSecrets = ({ worker }: Config) => wrangler("secret", "list", "--name", worker);

export function create({ kind, name }: Resource): Command {
  switch (kind) {
    case "database":
      return wrangler("d1", "create", name);
    case "namespace":
      // Or it asks, where it can, whether to write into wrangler.toml.
      return wrangler("kv", "namespace", "create", name, "--no-update-config");
    case "queue":
      return wrangler("queues", "create", name);
    case "bucket":
      return wrangler("r2", "bucket", "create", name);
    case "pages":
      return inWeb("pages", "project", "create", name, "--production-branch", PRODUCTION_BRANCH);
  }
}

export const buildDashboard: Command = { name: "npm", args: ["-w", "web", "run", "build"] };
/** The page for chat clients that is part of the Worker. */
export const buildView: Command = { name: "npm", args: ["-w", "web", "run", "build:chat"] };
export const migrate = (database: string) =>
  wrangler("d1", "migrations", "apply", database, "--remote", "--config", GENERATED);
export const deployWorker = wrangler("deploy", "--config", GENERATED);
// "dirty" only silences a warning about files that are not committed.
export const deployPages = inWeb("pages", "deploy", "--branch", PRODUCTION_BRANCH, "--commit-dirty=true");
export const putSecret = (name: string) => wrangler("secret", "put", name);

/** The command as one would type it in the checkout. */
export function typed({ name, args, folder }: Command): string {
  const line = [...(name === "wrangler" ? ["npx"] : []), name, ...args].join(" ");
  return folder ? `(cd ${folder} && ${line})` : line;
}
