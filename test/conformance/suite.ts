import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at } from "../../scripts/root.ts";

const SUITE = at("node_modules/@modelcontextprotocol/conformance/dist/index.js");

/** What the suite found out about one point of a scenario. */
export interface Check {
  id: string;
  status: "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO";
  errorMessage?: string;
}

export interface Verdict {
  /** 0 if all that counts passed and all that is in the baseline failed. */
  code: number | null;
  output: string;
  /** By the name of their scenario. */
  scenarios: Record<string, Check[]>;
}

/**
 * Runs the suite's command with results in a folder of its own.
 * @param args all but where the results go
 * @param onOutput is told all that was printed so far, whenever that is more
 */
export async function runSuite(args: string[], onOutput: (output: string) => void = () => {}): Promise<Verdict> {
  const results = mkdtempSync(join(tmpdir(), "runlight-conformance-"));
  try {
    const { code, output } = await run([...args, "-o", results], onOutput);
    return { code, output, scenarios: readResults(results) };
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/** The server scenarios that a revision of the protocol requires, as the suite lists them. */
export async function required(revision: string): Promise<string[]> {
  const { output } = await run(["list", "--requirements", revision], () => {});
  const [, list = ""] = /^Server scenarios.*\n((?: {2}- .*\n)+)/m.exec(output) ?? [];
  return [...list.matchAll(/- (\S+)/g)].map(([, name = ""]) => name);
}

function run(args: string[], onOutput: (output: string) => void): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SUITE, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
        onOutput(output);
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** A folder for each scenario: `server-<name>-<time>/checks.json`, or `authorization-server-…`. */
function readResults(folder: string): Record<string, Check[]> {
  const scenarios: Record<string, Check[]> = {};
  for (const name of readdirSync(folder)) {
    const scenario = name.replace(/^(?:authorization-)?server-/, "").replace(/-\d{4}-\d\d-\d\dT.*$/, "");
    scenarios[scenario] = JSON.parse(readFileSync(join(folder, name, "checks.json"), "utf8")) as Check[];
  }
  return scenarios;
}
