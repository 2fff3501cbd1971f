import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KEY, removeState, type StartedServer, startServer } from "../server/harness.ts";
import { runSuite } from "./suite.ts";

let server: StartedServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
  removeState(server.state);
});

test("the authorization server passes both scenarios, a person's consent between", async () => {
  const port = await freePort();
  const clientId = await register(`http://127.0.0.1:${port}/callback`);
  let consent: Promise<void> | undefined;
  const verdict = await runSuite(
    ["authorization", "--url", server.origin, "--client-id", clientId, "--port", String(port)],
    (output) => {
      const address = /^http\S+\/oauth\/authorize\?\S+$/m.exec(output)?.[0];
      if (address && output.includes("Waiting") && !consent) consent = letIn(address);
    },
  );
  await consent;
  const found = Object.values(verdict.scenarios).flat();
  expect([verdict.code, found.map(({ id, status, errorMessage }) => [id, status, errorMessage])]).toEqual([
    0,
    expect.arrayContaining([
      ["authorization-server-metadata", "SUCCESS", undefined],
      ["authorization-code-grant", "SUCCESS", undefined],
    ]),
  ]);
  expect(found.filter(({ status }) => status !== "SUCCESS")).toEqual([]);
});

async function register(redirectUri: string): Promise<string> {
  const body = { client_name: "Conformance", redirect_uris: [redirectUri], token_endpoint_auth_method: "none" };
  const answer = await fetch(`${server.origin}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return ((await answer.json()) as { client_id: string }).client_id;
}

/** What a person does with the address that the suite prints: sign in, look, allow, and be led back. */
async function letIn(address: string): Promise<void> {
  const signedIn = await fetch(`${server.origin}/api/auth/sign-in`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ key: KEY }),
  });
  const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
  const page = await (await fetch(address, { headers: { cookie } })).text();
  const proof = /name="proof" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const body = new URLSearchParams({ proof, decision: "allow", scope: "read" });
  const headers = { cookie, origin: server.origin };
  const answer = await fetch(address, { method: "POST", headers, body, redirect: "manual" });
  await fetch(answer.headers.get("location") ?? "");
}

async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}
