import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { build } from "./local/build.ts";
import { launch } from "./local/launch.ts";
import { HOST } from "./local/port.ts";
import { at } from "./root.ts";
import { paint, run } from "./say.ts";

/** What the Worker is made of; the dashboard's sources are Vite's business. */
const WATCHED = ["src", "durable-objects", "queues", "wrangler.toml"];
/** Editors save in several writes. */
const SETTLE_MS = 100;

/**
 * `npm run dev`: the dashboard by Vite, with hot reload, on PORT; the Worker on a port of its own behind it, bundled anew
 * and restarted on the same state when its sources change.
 */
export const main = () =>
  run(async () => {
    const { server, key, port, signInToken } = await launch({ dashboard: false });
    const origin = `http://${HOST}:${port || 8787}`;
    const vite = spawn("vite", ["dev", "--host", HOST, "--port", new URL(origin).port, "--strictPort"], {
      cwd: at("web"),
      env: { ...process.env, PATH: `${at("node_modules/.bin")}:${process.env.PATH}`, RUNLIGHT_API: server.origin },
      stdio: ["ignore", "inherit", "inherit"],
    });
    process.once("exit", () => vite.kill());
    vite.once("exit", (code) => process.exit(code ?? 1));
    reloadOnChange(server.reload);
    console.log(
      [
        "",
        `  Dashboard  ${paint("cyan", `${origin}/sign-in${signInToken ? `#token=${signInToken}` : ""}`)}`,
        `  OTLP       ${paint("cyan", `${origin}/v1/traces`)}`,
        `  MCP        ${paint("cyan", `${origin}/mcp`)}`,
        `  API key    ${key}`,
        "",
      ].join("\n"),
    );
  });

/** Bundles and reloads after a change; what changes meanwhile is taken up right after. A bundle with errors is not loaded. */
function reloadOnChange(reload: () => Promise<void>): void {
  let timer: NodeJS.Timeout | undefined;
  let busy = false;
  let again = false;
  const rebuild = async (): Promise<void> => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      await build({ dashboard: false });
      await reload();
      console.log(paint("green", "The Worker was reloaded."));
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
    }
    busy = false;
    if (again) {
      again = false;
      await rebuild();
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(rebuild, SETTLE_MS);
  };
  for (const path of WATCHED) watch(at(path), { recursive: true }, soon);
}
