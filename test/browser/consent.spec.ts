import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { auth, Client, type OAuthClientProvider, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { hex, KEY, span } from "../server/harness.ts";
import { expect, expectAccessible, test } from "./fixtures.ts";

/** Where a client on this machine waits for its code. */
async function listen() {
  let arrived: (url: URL) => void = () => {};
  const answer = new Promise<URL>((resolve) => {
    arrived = resolve;
  });
  const server = createServer(({ url }, reply) => {
    arrived(new URL(url ?? "", "http://127.0.0.1"));
    reply.end("You can close this page.");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { redirectUrl: `http://127.0.0.1:${port}/callback`, answer, close: () => server.close() };
}

/** What a client keeps between its steps, in memory. */
function keeper(redirectUrl: string) {
  const kept: {
    sentTo?: URL;
    client?: Awaited<ReturnType<OAuthClientProvider["clientInformation"]>>;
    tokens?: Awaited<ReturnType<OAuthClientProvider["tokens"]>>;
    verifier: string;
  } = { verifier: "" };
  const provider: OAuthClientProvider = {
    redirectUrl,
    clientMetadata: { client_name: "Test editor", redirect_uris: [redirectUrl], token_endpoint_auth_method: "none" },
    clientInformation: () => kept.client,
    saveClientInformation: (client) => {
      kept.client = client;
    },
    tokens: () => kept.tokens,
    saveTokens: (tokens) => {
      kept.tokens = tokens;
    },
    redirectToAuthorization: (url) => {
      kept.sentTo = url;
    },
    saveCodeVerifier: (verifier) => {
      kept.verifier = verifier;
    },
    codeVerifier: () => kept.verifier,
  };
  return { kept, provider };
}

test("a client that is given one URL is let in by somebody who signs in on the way", async ({ page, server }) => {
  const { redirectUrl, answer, close } = await listen();
  const { kept, provider } = keeper(redirectUrl);
  const serverUrl = new URL(`${server.origin}/mcp`);
  expect(await auth(provider, { serverUrl })).toBe("REDIRECT");

  await page.goto(String(kept.sentTo));
  await expect(page.getByText("A client asks to be let in.")).toBeVisible();
  await page.getByRole("textbox", { name: "API key" }).fill(KEY);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: /Test editor/ })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: /^Let / }).click();
  await expect(page.getByText("You can close this page.")).toBeVisible();

  const { searchParams } = await answer;
  const iss = searchParams.get("iss") ?? undefined;
  const code = searchParams.get("code") ?? "";
  expect(await auth(provider, { serverUrl, authorizationCode: code, iss })).toBe("AUTHORIZED");
  const client = new Client({ name: "test-editor", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(serverUrl, { authProvider: provider }));
  const id = hex(16);
  await server.send([span(id, "for the test editor")]);
  const found = () =>
    client.callTool({ name: "search_runs", arguments: { filter: { name: ["for the test editor"] } } });
  await expect.poll(async () => (await found()).structuredContent).toMatchObject({ runs: [{ id }] });
  await client.close();
  close();
});
