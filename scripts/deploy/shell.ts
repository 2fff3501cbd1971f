import { spawn } from "node:child_process";
import { join } from "node:path";
import type { RunCommand } from "./commands.ts";

/** Runs commands of node_modules/.bin. Their stdin is never a terminal, so wrangler asks nothing. */
export const shell =
  (root: string): RunCommand =>
  ({ name, args, folder = "." }, stdin = "") =>
    new Promise((resolve, reject) => {
      const child = spawn(name, args, {
        cwd: join(root, folder),
        env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}` },
        stdio: "pipe",
      });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      child.once("error", reject);
      child.once("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
      // A command that ends without reading it closes the pipe; its exit code says what was wrong.
      child.stdin.once("error", () => {}).end(stdin);
    });
