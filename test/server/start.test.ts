import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { eventually, hex, KEY, processesWith, removeState, span, startServer } from "./harness.ts";

const RUN = fileURLToPath(new URL("../../scripts/run.cjs", import.meta.url));

test("a start prints the sign-in link, the endpoint, the key and a curl line that sends a first trace", async () => {
  const server = await startServer();
  try {
    const output = await eventually(
      async () => server.output(),
      (text) => text.includes("curl"),
    );
    expect(output).toContain(`${server.origin}/v1/traces`);
    expect(output).toContain(KEY);
    const token = /sign-in#token=(\w+)/.exec(output)?.[1];
    const signIn = await fetch(`${server.origin}/api/auth/sign-in`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token }),
    });
    expect(signIn.status).toBe(204);
    const curl = output.split("\n").find((line) => line.trim().startsWith("curl")) ?? "";
    expect(spawnSync("sh", ["-c", curl], { encoding: "utf8" }).stdout.trim()).toBe("{}");
    const { data } = await eventually(
      () => server.json<{ data: { name: string }[] }>("/api/runs"),
      ({ data }) => data.length === 1,
    );
    expect(data[0]?.name).toMatch(/\w+/);
  } finally {
    expect(await server.stop()).toBe(0);
    expect(processesWith(server.state)).toEqual([]);
    removeState(server.state);
  }
});

test("the dashboard and the API have one origin; files carry a strict policy, unknown pages lead to the app", async () => {
  const server = await startServer();
  try {
    for (const path of ["/", "/runs/some-run"]) {
      const page = await fetch(server.origin + path);
      expect([page.status, page.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/html")]);
      expect(page.headers.get("content-security-policy")).toMatch(/frame-ancestors 'none'/);
      expect(page.headers.get("content-security-policy")).not.toMatch(/script-src[^;]*'unsafe-inline'/);
      expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    }
    expect((await fetch(`${server.origin}/health`)).status).toBe(200);
    expect((await fetch(`${server.origin}/api/runs`)).status).toBe(401);
  } finally {
    await server.stop();
    removeState(server.state);
  }
});

test("a second start keeps the data", async () => {
  const first = await startServer();
  const traceId = hex(16);
  await first.send([span(traceId, "kept")]);
  await first.stop();
  const second = await startServer(first.state);
  try {
    expect(await second.json(`/api/runs/${traceId}`)).toMatchObject({ name: "kept", span_count: 1 });
    await eventually(
      () => second.json<{ data: unknown[] }>("/api/runs"),
      ({ data }) => data.length === 1,
    );
  } finally {
    await second.stop();
    removeState(first.state);
  }
});

test("a busy port is said in one sentence", async () => {
  const state = mkdtempSync(join(tmpdir(), "runlight-"));
  const taken = net.createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as net.AddressInfo;
  const env = { ...process.env, PORT: String(port), RUNLIGHT_STATE: state, RUNLIGHT_API_KEY: KEY };
  const { status, stderr, stdout } = spawnSync(process.execPath, [RUN, "start"], { env, encoding: "utf8" });
  expect(status).toBe(1);
  const said = (stderr + stdout).trim();
  expect(said).toContain(String(port));
  expect(said).not.toMatch(/\n\s+at /);
  expect(said.split("\n").length).toBeLessThanOrEqual(2);
  taken.close();
  removeState(state);
});
