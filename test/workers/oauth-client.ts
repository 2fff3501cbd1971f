import { createHash } from "node:crypto";
import { request, type TestProject } from "./helpers.ts";

export const ORIGIN = "https://runlight.test";
export const CALLBACK = "https://client.example/callback";
const VERIFIER = "v".repeat(64);
export const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");

export interface Tokens {
  access_token: string;
  refresh_token: string;
  token_type: string;
  expires_in: number;
  scope: string;
}

/** The cookie of somebody who signed in with the project's key. */
export async function signIn(project: Pick<TestProject, "key">): Promise<string> {
  const headers = { "content-type": "application/json" };
  const answer = await request("/api/auth/sign-in", { method: "POST", headers, body: JSON.stringify(project) });
  return (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

/** Registers a public client. */
export async function register(more: Record<string, unknown> = {}): Promise<string> {
  const body = { client_name: "Test client", redirect_uris: [CALLBACK], token_endpoint_auth_method: "none", ...more };
  const headers = { "content-type": "application/json" };
  const answer = await request("/oauth/register", { method: "POST", headers, body: JSON.stringify(body) });
  return ((await answer.json()) as { client_id: string }).client_id;
}

/** Where a client sends its person. @param more what differs; undefined leaves out */
export function authorizePath(clientId: string, more: Record<string, string | undefined> = {}): string {
  const parameters = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: CALLBACK,
    state: "some state",
    scope: "read write",
    code_challenge: CHALLENGE,
    code_challenge_method: "S256",
    resource: `${ORIGIN}/mcp`,
    ...more,
  };
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `/oauth/authorize?${new URLSearchParams(given)}`;
}

/** Opens the consent page and answers it as a browser does. @returns the answer to the form */
export async function consent(
  path: string,
  cookie: string,
  { scope = ["read", "write"], decision = "allow" }: { scope?: string[]; decision?: string } = {},
): Promise<Response> {
  const page = await request(path, { headers: { cookie }, redirect: "manual" });
  const proof = proofIn(await page.text());
  const body = new URLSearchParams([["proof", proof], ["decision", decision], ...scope.map((name) => ["scope", name])]);
  return request(path, { method: "POST", headers: { cookie, origin: ORIGIN }, body, redirect: "manual" });
}

export const proofIn = (page: string): string => /name="proof" value="([^"]+)"/.exec(page)?.[1] ?? "";

/** The parameters of the address that an answer leads to. */
export function redirected(answer: Response): Record<string, string> {
  return Object.fromEntries(new URL(answer.headers.get("location") ?? "", ORIGIN).searchParams);
}

export function askForTokens(parameters: Record<string, string>): Promise<Response> {
  return request("/oauth/token", { method: "POST", body: new URLSearchParams(parameters) });
}

/** What a client sends to exchange its code. */
export const exchange = (clientId: string, code: string) => ({
  grant_type: "authorization_code",
  client_id: clientId,
  code,
  redirect_uri: CALLBACK,
  code_verifier: VERIFIER,
  resource: `${ORIGIN}/mcp`,
});

/** The whole way from a sign-in to tokens. */
export async function connectClient(project: TestProject, scope?: string[]): Promise<Tokens & { clientId: string }> {
  const clientId = await register();
  const { code = "" } = redirected(
    await consent(authorizePath(clientId), await signIn(project), scope ? { scope } : {}),
  );
  const answer = await askForTokens(exchange(clientId, code));
  return { clientId, ...((await answer.json()) as Tokens) };
}

/** A request to /mcp. @param credentials headers that say who asks */
export function callMcp(message: object, credentials: Record<string, string>, path = "/mcp"): Promise<Response> {
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    ...credentials,
  };
  return request(path, { method: "POST", headers, body: JSON.stringify(message) });
}

export const PING = { jsonrpc: "2.0", id: 1, method: "ping" };
