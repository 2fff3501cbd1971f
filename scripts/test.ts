import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { styleText } from "node:util";
import { findChromium } from "./chromium.ts";
import { at, ROOT } from "./root.ts";
import { run } from "./say.ts";
import { addUp, type Count, playwrightCount, summaryLine, vitestCount } from "./test/count.ts";
import { pick } from "./test/pick.ts";

/** What a stage found; undefined where there is nothing to count (types, lint): the exit code says all. */
type Stage = (options: { full: boolean }) => Promise<Count | undefined>;

/** What is checked as a program of its own, with the types of where it runs. */
const TYPED = [
  ".",
  "test/workers",
  "test/shards",
  "test/faults",
  "test/faults/server",
  "test/conformance/worker",
  "test/bench",
  "scripts",
];

const STAGES: Record<string, Stage> = {
  types: async () => {
    await command("wrangler", ["types", "--strict-vars", "false", "--check"]);
    const checks = TYPED.map((project) => () => command("tsc", ["-p", project]));
    await inTwoLanes([() => command("npm", ["-w", "web", "run", "check"]), ...checks]);
    return undefined;
  },
  lint: async () => {
    await command("biome", ["ci", "--colors=off", "."]);
    return undefined;
  },
  unit: async () => {
    // The dashboard's tests read a configuration that SvelteKit writes.
    await command("npm", ["-w", "web", "exec", "svelte-kit", "sync"]);
    return vitest(["unit"]);
  },
  // Two files at a time: a test waits for its workerd, and workerd for its test.
  workers: () => vitest(["workers", "shards"], ["--maxWorkers=2"]),
  // Side by side, since the one that kills servers mostly waits for them.
  faults: ({ full }) =>
    vitest(["faults", "faults-server"], ["--maxWorkers=2"], full ? { FAULT_FORM: "full" } : { FAULT_FORM: "short" }),
  mcp: () => vitest(["mcp"]),
  server: () => vitest(["server"]),
  browser: async () => {
    const chromium = await findChromium();
    console.log(`Chromium: ${chromium.path}, from ${chromium.from}`);
    return counted("playwright.json", playwrightCount, (file) =>
      command("playwright", ["test"], {
        CHROMIUM: chromium.path,
        CHROMIUM_ARGS: chromium.args.join(" "),
        PLAYWRIGHT_JSON_OUTPUT_NAME: file,
      }),
    );
  },
};

/** `npm test`: everything CI runs. `--only a,b` picks stages, `--full` their long form. All run, also after one that failed. */
export const main = () =>
  run(async () => {
    const { names: picked, full } = pick(process.argv.slice(2), Object.keys(STAGES));
    const failed: string[] = [];
    const counts: Count[] = [];
    for (const name of picked) {
      const start = performance.now();
      console.log(`\n${styleText("bold", `== ${name}`)}`);
      try {
        const count = await (STAGES[name] as Stage)({ full });
        if (count) counts.push(count);
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        if (error.count) counts.push(error.count);
        failed.push(name);
        console.log(styleText("red", error.message));
      }
      console.log(
        `${name}: ${failed.includes(name) ? "failed" : "ok"}, ${((performance.now() - start) / 1000).toFixed(1)} s`,
      );
    }
    const total = addUp(counts);
    // A stage that failed without a failed test (types, lint, a crash) is a failure to count.
    if (failed.length > 0 && total.failed === 0) total.failed = failed.length;
    if (failed.length > 0) console.log(`\nFailed: ${failed.join(", ")}`);
    // Once more at the end: whoever reads the end of a long log should not have to look for them.
    for (const failure of total.failures) console.log(`  ${failure.replace(`${ROOT}/`, "")}`);
    console.log(`\n${summaryLine(total)}`);
    if (failed.length > 0) process.exitCode = 1;
  });

/** Two at a time, since each keeps one core busy; all are run, also after one that failed. @throws Failed of the first of these */
async function inTwoLanes(tasks: (() => Promise<void>)[]): Promise<void> {
  const left = tasks.values();
  const failures: unknown[] = [];
  const lane = async () => {
    for (const task of left) await task().catch((error: unknown) => failures.push(error));
  };
  await Promise.all([lane(), lane()]);
  if (failures.length > 0) throw failures[0];
}

class Failed extends Error {
  readonly count: Count | undefined;
  constructor(message: string, count?: Count) {
    super(message);
    this.count = count;
  }
}

function vitest(projects: string[], more: string[] = [], env: Record<string, string> = {}): Promise<Count> {
  const picked = projects.flatMap((project) => ["--project", project]);
  return counted("vitest.json", vitestCount, (file) =>
    command(
      "vitest",
      ["run", ...picked, ...more, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`],
      env,
    ),
  );
}

/** Runs a test runner that writes its results to a file, and counts them, whether or not it failed. */
async function counted(
  name: string,
  count: (report: never) => Count,
  runner: (file: string) => Promise<void>,
): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), "runlight-report-"));
  const file = join(folder, name);
  const read = (): Count | undefined => {
    try {
      return count(JSON.parse(readFileSync(file, "utf8")) as never);
    } catch {
      return undefined;
    }
  };
  try {
    await runner(file);
    const found = read();
    if (!found || found.passed === 0) throw new Failed("The runner reported no test at all.");
    return found;
  } catch (error) {
    throw error instanceof Failed ? new Failed(error.message, error.count ?? read()) : error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a command of node_modules/.bin with its output shown. @throws Failed */
function command(name: string, args: string[], env: Record<string, string> = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, {
      cwd: ROOT,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...env, PATH: `${at("node_modules/.bin")}:${process.env.PATH}` },
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Failed(`${[name, ...args].join(" ")} ended with ${code}.`));
    });
  });
}
