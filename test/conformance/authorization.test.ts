import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { removeState, type StartedServer, startServer } from "../server/harness.ts";
import { letIn } from "../server/person.ts";
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
  let consent: Promise<Response> | undefined;
  const verdict = await runSuite(
    ["authorization", "--url", server.origin, "--client-id", clientId, "--port", String(port)],
    (output) => {
      const address = /^http\S+\/oauth\/authorize\?\S+$/m.exec(output)?.[0];
      if (address && output.includes("Waiting") && !consent) consent = letIn(address, ["read"]).then(fetch);
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

async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}
