import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { V4WorkerOptions } from "miniflare";
import { at, ROOT } from "../root.ts";
import { build, builtProject } from "./build.ts";
import { endCommands } from "./command.ts";
import { keepKey, readDevVars } from "./key.ts";
import { isRunning, takeLock } from "./lock.ts";
import { migrateState } from "./migrations.ts";
import { modelVars } from "./model-vars.ts";
import { claimPort, parsePort } from "./port.ts";
import { type Server, startServer } from "./server.ts";
import { endWorkerd, guardWorkerd } from "./workerd.ts";

/** The names of this machine. A tunnel's name is added in .dev.vars: ALLOWED_HOSTS. */
const LOCAL_HOSTS = "localhost,127.0.0.1,[::1]";

export interface Launched {
  server: Server;
  key: string;
  port: number;
  signInToken: string | undefined;
}

/**
 * Everything `npm start` and `npm run dev` share: one server per state, built, migrated, listening, and gone without a
 * trace when this process goes.
 * @param dashboard whether the server serves the built dashboard on PORT; without it the API takes any free port
 * @param worker the folder of another bundle than the product's, for tests
 */
export async function launch({ dashboard, worker }: { dashboard: boolean; worker?: string }): Promise<Launched> {
  const port = parsePort(process.env.PORT);
  const state = resolve(ROOT, process.env.RUNLIGHT_STATE || ".wrangler/state");
  const pidFile = join(state, "workerd.pid");
  const release = takeLock(join(state, "runlight.lock"), port);
  process.once("exit", () => {
    endCommands();
    endWorkerd(pidFile);
    release();
  });

  let server: Server | undefined;
  const heedSignals = stopOnSignals(async () => server?.stop());

  // Before the port is claimed: a workerd that a killed start left behind may hold it.
  mkdirSync(state, { recursive: true });
  guardWorkerd(pidFile);
  if (port !== 0) await claimPort(port);

  const key = keepKey(at(".dev.vars"));
  await build({ dashboard });
  const { options, migrations } = builtProject();
  await migrateState(state, databaseIds(options), migrations);
  server = await startServer({
    port: dashboard ? port : 0,
    state,
    bindings: { ALLOWED_HOSTS: LOCAL_HOSTS, ...readDevVars(at(".dev.vars")), ...modelVars(), RUNLIGHT_API_KEY: key },
    dashboard,
    worker,
  });
  heedSignals();
  return { server, key, port, signInToken: await makeSignInToken(server.origin, key) };
}

function databaseIds(worker: V4WorkerOptions): string[] {
  return Object.entries(worker.d1Databases as Record<string, string | { id: string }>).map(([binding, database]) =>
    typeof database === "string" ? database : (database.id ?? binding),
  );
}

/** A one-time sign-in, so that nobody has to copy the key into the browser. */
async function makeSignInToken(origin: string, key: string): Promise<string | undefined> {
  const answer = await fetch(`${origin}/api/auth/links`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
  });
  if (!answer.ok) {
    console.error(`No sign-in link could be made (${answer.status}): ${await answer.text()}`);
    return undefined;
  }
  return ((await answer.json()) as { token: string }).token;
}

/**
 * Ends the process on Ctrl-C, SIGTERM, SIGHUP, or when the npm that started it is gone; a second signal does not wait.
 * @returns makes these signals ours again: Miniflare answers them by an exit of its own, with the code of a failure
 */
function stopOnSignals(stop: () => Promise<unknown>): () => void {
  let stopping = false;
  const end = async () => {
    if (stopping) process.exit(130);
    stopping = true;
    process.stdout.write("\nStopping …\n");
    await stop().catch(() => {});
    process.exit(0);
  };
  const heed = () => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.removeAllListeners(signal).on(signal, end);
  };
  heed();
  const npm = npmAbove();
  if (npm !== undefined) setInterval(() => !stopping && !isRunning(npm, "npm") && end(), 1000).unref();
  return heed;
}

/**
 * The npm that runs this script: its parent, or its grandparent where npm's shell stays between. Only npm is heeded: a shell
 * that started it in the background may well go first, and the server is meant to stay then.
 */
function npmAbove(): number | undefined {
  let pid = process.ppid;
  for (let step = 0; step < 2 && pid > 1; step++) {
    try {
      if (/\bnpm\b/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"))) return pid;
      // "pid (name) state ppid …", and the name may hold anything.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      pid = Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2]);
    } catch {
      return undefined;
    }
  }
  return undefined;
}
