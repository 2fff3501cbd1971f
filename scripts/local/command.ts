import { spawn } from "node:child_process";
import { at, ROOT } from "../root.ts";

const running = new Set<number>();

/**
 * Runs a command of node_modules/.bin to its end, in silence.
 * @returns its exit code, and all it printed
 */
export function command(
  name: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, PATH: `${at("node_modules/.bin")}:${process.env.PATH}`, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that what it starts can be ended with it.
      detached: true,
    });
    let output = "";
    const take = (chunk: Buffer) => {
      output += chunk;
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("error", reject);
    if (child.pid) running.add(child.pid);
    child.once("close", (code) => {
      if (child.pid) running.delete(child.pid);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** Ends what is still running. */
export function endCommands(): void {
  for (const pid of running) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has just ended by itself.
    }
  }
}
