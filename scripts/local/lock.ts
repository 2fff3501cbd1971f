import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Stop } from "../say.ts";

interface Holder {
  pid: number;
  port: number;
}

/**
 * Takes a state directory for this process. Two servers on one state would write the same SQLite files.
 * @param command what the holder's command line contains, so that another program that was given its pid is not taken for it
 * @returns gives the directory back
 */
export function takeLock(path: string, port: number, command = "run.cjs"): () => void {
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    try {
      writeFileSync(path, JSON.stringify({ pid: process.pid, port } satisfies Holder), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = readHolder(path);
    if (holder && isRunning(holder.pid, command)) {
      throw new Stop(
        `Runlight already runs on this state (process ${holder.pid}, ${holder.port ? `port ${holder.port}` : "a free port"}). ` +
          "Stop it first, or give this one a state of its own: RUNLIGHT_STATE=.wrangler/other PORT=8788 npm start",
      );
    }
    // Its holder was killed without a chance to tidy up.
    rmSync(path, { force: true });
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

/** Whether a process with this pid lives and, where that can be seen, is the program we mean. */
export function isRunning(pid: number, command: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(command);
  } catch {
    return true;
  }
}
