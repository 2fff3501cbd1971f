import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { snippets } from "../../web/src/routes/snippets.ts";
import { type Client, fill } from "./clients.ts";
import type { Target } from "./look.ts";

/** Where packages are installed. Kept, so that a second run installs nothing. */
const INSTALLED = join(tmpdir(), "runlight-clients");
const CLIENT_MS = 120_000;

/** Installs a client's packages in a folder of its own, unless what is there is of the same versions. */
export async function install(client: Client): Promise<string> {
  const folder = join(INSTALLED, client.id);
  const wanted = JSON.stringify(client.versions);
  const mark = join(folder, "installed");
  mkdirSync(folder, { recursive: true });
  try {
    if (readFileSync(mark, "utf8") === wanted) return folder;
  } catch {}
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (Object.keys(client.versions).length > 0) {
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ private: true, type: "module", dependencies: client.versions }),
    );
    const flags = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"];
    await command("npm", ["install", ...flags], folder);
  }
  writeFileSync(mark, wanted);
  return folder;
}

/**
 * Starts the program with the placeholders filled, as a reader would after pasting, and waits for its end.
 * @param models origin of the stand-in for the models
 * @returns what it printed
 */
export async function play(client: Client, folder: string, { origin, key }: Target, models: string): Promise<string> {
  for (const name of readdirSync(client.folder)) {
    if (name === "package.json") continue;
    writeFileSync(join(folder, name), fill(readFileSync(join(client.folder, name), "utf8"), origin, key));
  }
  const lines = [
    // curl is no program around lines, but lines that send.
    ...(client.blocks.length === 0 ? [dashboardLines(client.id, origin, key)] : []),
    ...(client.blocks.some(({ lang }) => lang === "sh") ? [". ./env.sh"] : []),
    ...(client.main ? [`exec "${process.execPath}" ${client.main}`] : []),
  ];
  const home = mkdtempSync(join(tmpdir(), "runlight-home-"));
  try {
    return await command("sh", ["-ec", lines.join("\n")], folder, {
      PATH: process.env.PATH,
      HOME: home,
      OPENAI_BASE_URL: `${models}/v1`,
      OPENAI_API_KEY: "sk-nobody",
      ANTHROPIC_BASE_URL: models,
      ANTHROPIC_API_KEY: "sk-nobody",
      // Clients that would tell their makers of themselves.
      DO_NOT_TRACK: "1",
      TRACELOOP_TELEMETRY: "false",
      MASTRA_TELEMETRY_DISABLED: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** The lines as the dashboard makes them for its reader. */
function dashboardLines(id: string, origin: string, key: string): string {
  const { blocks = [] } = snippets(origin, key, Date.now()).find((each) => each.id === id) ?? {};
  return blocks.map(({ text }) => text).join("\n");
}

/** @returns what it printed. @throws what it printed, when it failed or took too long */
function command(name: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    const timer = setTimeout(() => {
      output += `\nIt did not end within ${CLIENT_MS} ms.`;
      child.kill("SIGKILL");
    }, CLIENT_MS);
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(output);
      else reject(new Error(`${output}\n${name} ended with ${code}.`));
    });
  });
}
