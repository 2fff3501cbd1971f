import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, KEY, removeState, type StartedServer, startServer } from "./harness.ts";

const RUN = fileURLToPath(new URL("../../scripts/run.cjs", import.meta.url));

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  removeState(server.state);
});

test("a second server on the same state is refused with a sentence", () => {
  const env = { ...process.env, PORT: "0", RUNLIGHT_STATE: server.state, RUNLIGHT_API_KEY: KEY };
  const { status, stderr } = spawnSync(process.execPath, [RUN, "start"], { env, encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toMatch(new RegExp(`^Runlight already runs on this state \\(process ${nodeOf(server)}, .*\n$`));
});

test("a PORT that is no port is refused with a sentence", () => {
  const env = { ...process.env, PORT: "http", RUNLIGHT_STATE: server.state, RUNLIGHT_API_KEY: KEY };
  const { status, stderr } = spawnSync(process.execPath, [RUN, "start"], { env, encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^PORT is "http", which is no port\. .*\n$/);
});

test("workerd that dies is started again on the same port", async () => {
  const before = workerdOf(server);
  process.kill(before, "SIGKILL");
  await eventually(
    () =>
      server.fetch("/health").then(
        (response) => response.status,
        () => 0,
      ),
    (status) => status === 200,
  );
  expect(workerdOf(server)).not.toBe(before);
});

test("when Node is killed, workerd goes too, and the next start is not kept from the state", async () => {
  const workerd = workerdOf(server);
  process.kill(nodeOf(server), "SIGKILL");
  await eventually(
    async () => isAlive(workerd),
    (alive) => !alive,
  );
  server = await startServer(server.state);
  expect((await server.fetch("/health")).status).toBe(200);
});

function nodeOf({ state }: StartedServer): number {
  return (JSON.parse(readFileSync(join(state, "runlight.lock"), "utf8")) as { pid: number }).pid;
}

function workerdOf({ state }: StartedServer): number {
  return Number(readFileSync(join(state, "workerd.pid"), "utf8"));
}

/** Whether a process runs; one that only waits to be reaped does not. */
function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z");
  } catch {
    return false;
  }
}
