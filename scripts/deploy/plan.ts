import type { Command } from "./commands.ts";
import * as commands from "./commands.ts";
import type { Config, Kind, Resource } from "./config.ts";
import { GENERATED } from "./generated.ts";

/** The secret that opens the first project. */
export const API_KEY = "RUNLIGHT_API_KEY";

/** What of the plan is on Cloudflare already. */
export interface State {
  /** By name. */
  databaseIds: Map<string, string>;
  namespaceIds: Map<string, string>;
  resources: Resource[];
  secrets: string[];
}

export type Step =
  | { kind: "exists"; what: string }
  | { kind: "create"; what: string; command: Command }
  | { kind: "config"; what: string }
  | { kind: "run"; what: string; command: Command; done: "built" | "migrated" | "deployed" }
  | { kind: "make key"; what: string; command: Command; replaces: boolean }
  | { kind: "lacks"; what: string; secret: string; command: Command };

const LABEL: Record<Kind, string> = {
  database: "D1 database",
  namespace: "KV namespace",
  queue: "queue",
  bucket: "R2 bucket",
  pages: "Pages project",
};

/**
 * Every step from this state to a running deployment. What can fail without Cloudflare (the dashboard's build) comes before
 * the first change that users see; tables come before the code that reads them, and the Worker before the Pages project
 * that binds it.
 */
export function plan(config: Config, state: State, { setKey }: { setKey: boolean }): Step[] {
  const pages = config.resources.find(({ kind }) => kind === "pages")?.name;
  return [
    ...config.resources.map((resource) => provide(resource, state)),
    { kind: "config", what: GENERATED },
    { kind: "run", what: "dashboard", command: commands.buildDashboard, done: "built" },
    { kind: "run", what: "view for chat clients", command: commands.buildView, done: "built" },
    ...config.databases.map(
      (name): Step => ({
        kind: "run",
        what: `migrations of ${name}`,
        command: commands.migrate(name),
        done: "migrated",
      }),
    ),
    { kind: "run", what: `Worker ${config.worker}`, command: commands.deployWorker, done: "deployed" },
    { kind: "run", what: `Pages ${pages}`, command: commands.deployPages, done: "deployed" },
    ...config.secrets.map((secret) => keep(secret, state, setKey)),
  ];
}

function provide(resource: Resource, { resources }: State): Step {
  const exists = resources.some(({ kind, name }) => kind === resource.kind && name === resource.name);
  const what = `${LABEL[resource.kind]} ${resource.name}`;
  return exists ? { kind: "exists", what } : { kind: "create", what, command: commands.create(resource) };
}

function keep(secret: string, { secrets }: State, setKey: boolean): Step {
  const what = `secret ${secret}`;
  const command = commands.putSecret(secret);
  const exists = secrets.includes(secret);
  if (setKey && secret === API_KEY) return { kind: "make key", what, command, replaces: exists };
  return exists ? { kind: "exists", what } : { kind: "lacks", what, secret, command };
}
