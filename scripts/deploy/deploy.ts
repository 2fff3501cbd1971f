import { makeKey } from "../local/key.ts";
import { paint, Stop } from "../say.ts";
import type { Command, Result, RunCommand } from "./commands.ts";
import { typed } from "./commands.ts";
import type { Config } from "./config.ts";
import { failure } from "./failure.ts";
import { writeGenerated } from "./generated.ts";
import { findDatabases, findNamespaces, look } from "./look.ts";
import { API_KEY, plan, type State, type Step } from "./plan.ts";

export interface Tools {
  run: RunCommand;
  write(text: string): void;
}

/** Looks, plans, and does step after step; the first that fails ends it. */
export async function deploy(config: Config, options: { setKey: boolean }, tools: Tools): Promise<void> {
  tools.write(paint("dim", "Looking at what is there …\n"));
  const state = await look(config, tools.run);
  const last: string[] = [];
  try {
    for (const step of plan(config, state, options)) {
      tools.write(`${step.what} … `);
      const { status, remark } = await take(step, config, state, tools);
      tools.write(`${paint(step.kind === "exists" ? "dim" : "green", status)}\n`);
      if (remark) last.push(remark);
    }
  } catch (error) {
    tools.write("failed\n");
    throw error;
  } finally {
    // Also after a failure: a key that was set is shown only here.
    if (last.length > 0) tools.write(["", ...last, ""].join("\n"));
  }
}

interface Outcome {
  /** Printed behind the step. */
  status: string;
  /** Printed at the end. */
  remark?: string | undefined;
}

async function take(step: Step, config: Config, state: State, { run }: Tools): Promise<Outcome> {
  switch (step.kind) {
    case "exists":
      return { status: "exists" };

    case "create": {
      const result = await run(step.command);
      if (result.code === 0) return { status: "created" };
      // wrangler lists the first page of buckets only; and another deployment may have been quicker.
      if (/already (exists|taken)/i.test(result.stdout + result.stderr)) return { status: "exists" };
      throw failure(`Creating the ${step.what}`, result);
    }

    case "config": {
      const names = config.resources.filter(({ kind }) => kind === "namespace").map(({ name }) => name);
      const databaseIds = await complete(config.databases, state.databaseIds, () => findDatabases(config, run));
      const namespaceIds = await complete(names, state.namespaceIds, () => findNamespaces(config, run));
      writeGenerated(config, { databaseIds, namespaceIds, secrets: state.secrets });
      return { status: "written" };
    }

    case "run": {
      const result = await succeed(step.command, `"${typed(step.command)}"`, run);
      return doneBy(step, result);
    }

    case "make key": {
      const key = makeKey();
      await succeed(step.command, `Setting the ${step.what}`, run, key);
      // A key enters the database with its first use, and stays there.
      const old = step.replaces ? "\nThe key before it works until it is revoked: docs/deploy.md, Secrets." : "";
      return { status: step.replaces ? "replaced" : "set", remark: `API key, shown this once: ${key}${old}` };
    }

    case "lacks": {
      const until = step.secret === API_KEY ? "\nUntil then the API refuses everything." : "";
      return { status: "not set", remark: `The ${step.what} is not set. Set it: ${typed(step.command)}${until}` };
    }
  }
}

/** The ids that are known; asked for again if something was created since. */
async function complete(
  names: string[],
  known: Map<string, string>,
  find: () => Promise<Map<string, string>>,
): Promise<Map<string, string>> {
  const ids = names.every((name) => known.has(name)) ? known : await find();
  const unlisted = names.find((name) => !ids.has(name));
  if (unlisted) throw new Stop(`${unlisted} was created but is not listed yet: "npm run deploy" again.`);
  return ids;
}

function doneBy({ what, done }: Step & { kind: "run" }, { stdout }: Result): Outcome {
  switch (done) {
    case "built":
      return { status: "built" };
    case "migrated":
      return { status: /No migrations to apply/.test(stdout) ? "up to date" : "applied" };
    case "deployed": {
      const address = addressIn(stdout);
      return { status: "deployed", remark: address && `${what}: ${address}` };
    }
  }
}

/** Where the deployment answers: wrangler names a Worker's address, but of Pages the address of this one deployment. */
function addressIn(output: string): string | undefined {
  const pages = /https:\/\/[0-9a-f]{8,}\.([\w-]+\.pages\.dev)/.exec(output);
  return pages ? `https://${pages[1]}` : /https:\/\/[\w.-]+\.workers\.dev/.exec(output)?.[0];
}

async function succeed(command: Command, what: string, run: RunCommand, stdin?: string): Promise<Result> {
  const result = await run(command, stdin);
  if (result.code !== 0) throw failure(what, result);
  return result;
}
