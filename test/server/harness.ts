import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Run } from "../../src/domain/runs/schema.ts";

const RUN = fileURLToPath(new URL("../../scripts/run.cjs", import.meta.url).href);

/** The key that all started servers are given. */
export const KEY = "rl_server0tests0000000000000000000000000";

/** A server as `npm start` starts it, on a free port, with a state of its own. */
export interface StartedServer {
  origin: string;
  state: string;
  /** What it printed so far. */
  output(): string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  json<T>(path: string): Promise<T>;
  /** Posts spans as OTLP JSON. */
  send(spans: unknown[]): Promise<Response>;
  /** SIGTERM, and waits. Resolves to the exit code. */
  stop(): Promise<number | null>;
  /** kill -9 of every process of the server, at once. */
  kill(): Promise<void>;
}

/**
 * @param state take over the state of an earlier server; its folder is not removed then
 * @param env of the server beside this process's own
 * @param program that starts it, with its arguments
 */
export async function startServer(
  state = mkdtempSync(join(tmpdir(), "runlight-")),
  env: Record<string, string> = {},
  [program, ...args]: [string, ...string[]] = [RUN, "start"],
): Promise<StartedServer> {
  const child = fork(program, args, {
    env: { ...process.env, ...env, PORT: "0", RUNLIGHT_STATE: state, RUNLIGHT_API_KEY: KEY },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
  const origin = await new Promise<string>((resolve, reject) => {
    child.once("message", (message) => resolve((message as { origin: string }).origin));
    child.once("exit", (code) => reject(new Error(`The server ended with ${code} instead of starting:\n${output}`)));
  });
  const fetchIt = (path: string, init: RequestInit = {}) =>
    fetch(origin + path, { ...init, headers: { authorization: `Bearer ${KEY}`, ...init.headers } });
  return {
    origin,
    state,
    output: () => output,
    fetch: fetchIt,
    json: async <T>(path: string) => (await fetchIt(path)).json() as Promise<T>,
    send: (spans) =>
      fetchIt("/v1/traces", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          resourceSpans: [
            {
              resource: { attributes: [{ key: "service.name", value: { stringValue: "server-test" } }] },
              scopeSpans: [{ scope: { name: "test" }, spans }],
            },
          ],
        }),
      }),
    stop: () => end(child, "SIGTERM"),
    kill: async () => {
      const workerd = Number(readFileSync(join(state, "workerd.pid"), "utf8"));
      process.kill(workerd, "SIGKILL");
      await end(child, "SIGKILL");
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, "exit");
  child.kill(signal);
  const [code] = (await exited) as [number | null];
  return code;
}

/** Removes a state folder. */
export function removeState(state: string): void {
  rmSync(state, { recursive: true, force: true });
}

/** Pids of processes whose command line holds this text. */
export function processesWith(text: string): string[] {
  const { stdout } = spawnSync("pgrep", ["-f", text], { encoding: "utf8" });
  return stdout.split("\n").filter((pid) => pid !== "" && Number(pid) !== process.pid);
}

export async function eventually<T>(
  ask: () => Promise<T>,
  fits: (answer: T) => boolean,
  withinMs = 20_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (Date.now() > end) {
      throw new Error(`It did not happen within ${withinMs} ms. Last: ${JSON.stringify(answer).slice(0, 500)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const hex = (bytes: number): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("hex");

/** A span in OTLP JSON, of now. */
export function span(traceId: string, name: string, parentSpanId?: string) {
  const start = BigInt(Date.now()) * 1_000_000n;
  return {
    traceId,
    spanId: hex(8),
    ...(parentSpanId ? { parentSpanId } : {}),
    name,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 5_000_000n),
    attributes: [{ key: "note", value: { stringValue: "x".repeat(200) } }],
  };
}

/** Every run of the list, page by page. */
export async function allRuns(server: StartedServer): Promise<Run[]> {
  const runs: Run[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { data: Run[]; next_cursor: string | null } = await server.json(
      `/api/runs?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    runs.push(...page.data);
    cursor = page.next_cursor;
  }
  return runs;
}
