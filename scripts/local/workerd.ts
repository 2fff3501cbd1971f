import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { at } from "../root.ts";
import { isRunning } from "./lock.ts";

/**
 * Sees to it that workerd never outlives this process, however that ends. Miniflare ends it on every exit that JavaScript
 * gets to know of; for kill -9 a shell waits at the other end of a pipe that closes with this process.
 * @param pidFile where workerd's pid is noted; also tells of one that an earlier process left behind
 */
export function guardWorkerd(pidFile: string): void {
  if (process.platform === "win32") return;
  endWorkerd(pidFile);
  const require = createRequire(createRequire(import.meta.url).resolve("miniflare"));
  process.env.RUNLIGHT_WORKERD = (require("workerd") as { default: string }).default;
  process.env.RUNLIGHT_WORKERD_PID = pidFile;
  process.env.MINIFLARE_WORKERD_PATH = at("scripts/local/workerd.sh");
  const watchdog: ChildProcess = spawn(
    "sh",
    ["-c", 'cat >/dev/null; kill -9 "$(cat "$0")" 2>/dev/null; rm -f "$0"', pidFile],
    {
      stdio: ["pipe", "ignore", "ignore"],
      // In a group of its own, or Ctrl-C would end it first.
      detached: true,
    },
  );
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void }).unref();
}

/** Ends the workerd that the file names, if it still runs. */
export function endWorkerd(pidFile: string): void {
  let pid: number;
  try {
    pid = Number(readFileSync(pidFile, "utf8"));
  } catch {
    return;
  }
  if (pid > 0 && isRunning(pid, "workerd")) process.kill(pid, "SIGKILL");
  rmSync(pidFile, { force: true });
}
