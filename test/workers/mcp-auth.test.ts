import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { newKey, newProject, request, type TestProject } from "./helpers.ts";
import {
  askForTokens,
  authorizePath,
  callMcp,
  connectClient,
  consent,
  exchange,
  ORIGIN,
  PING,
  redirected,
  register,
  signIn,
  type Tokens,
} from "./oauth-client.ts";

const METADATA = `resource_metadata="${ORIGIN}/.well-known/oauth-protected-resource/mcp"`;

let project: TestProject;
let client: Tokens & { clientId: string };
let cookie: string;
/** A key, a token and a grant that were taken back, and a token for another origin. */
let revokedKey: string;
let keyOfNobody: string;
let revokedToken: string;
let revokedByRefresh: string;
let expired: string;
let foreign: string;
let forOurPages: string;
let forPlain: string;
let vanished: string;
let rotatedAway: string;
let code: string;

beforeAll(async () => {
  project = await newProject();
  cookie = await signIn(project);
  client = await connectClient(project);
  revokedKey = await newKey(project.id, ["read"]);
  await env.DB.prepare("UPDATE api_keys SET revoked_at = 1 WHERE project_id = ? AND scopes = ?")
    .bind(project.id, JSON.stringify(["read"]))
    .run();
  const gone = await newProject();
  keyOfNobody = gone.key;
  await env.DB.batch(
    ["DELETE FROM api_keys WHERE project_id = ?", "DELETE FROM projects WHERE id = ?"].map((sql) =>
      env.DB.prepare(sql).bind(gone.id),
    ),
  );
  revokedToken = await revoked("access_token");
  revokedByRefresh = await revoked("refresh_token");
  expired = await changed((record) => ({ ...record, expiresAt: Math.floor(Date.now() / 1000) - 1 }));
  foreign = await changed((record) => ({ ...record, audience: "https://other.example/mcp" }));
  forOurPages = await changed((record) => ({ ...record, audience: ORIGIN }));
  forPlain = await changed((record) => ({ ...record, audience: `http://runlight.test/mcp` }));
  vanished = await changed(() => null);
  rotatedAway = (await connectClient(project)).refresh_token;
  code = redirected(await consent(authorizePath(client.clientId), cookie)).code ?? "";
});

/** An access token whose client has since revoked one of its tokens. */
async function revoked(which: "access_token" | "refresh_token"): Promise<string> {
  const gone = await connectClient(project);
  const answer = await askForTokens({ token: gone[which], client_id: gone.clientId });
  expect(answer.status).toBe(200);
  return gone.access_token;
}

/** An access token whose stored record says something else than it was given out for. */
async function changed(change: (record: object) => object | null): Promise<string> {
  const token = (await connectClient(project)).access_token;
  const [owner, grant] = token.split(":");
  const { keys } = await env.OAUTH_KV.list({ prefix: `token:${owner}:${grant}:` });
  const name = keys[0]?.name ?? "";
  await env.OAUTH_KV.put(name, JSON.stringify(change((await env.OAUTH_KV.get(name, "json")) as object)));
  return token;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const parts = () => client.access_token.split(":") as [string, string, string];
const flipped = (text: string, at: number) => text.slice(0, at) + (text[at] === "a" ? "b" : "a") + text.slice(at + 1);
const jwt = (claims: object, algorithm = "none") =>
  [{ alg: algorithm, typ: "at+jwt" }, claims].map((part) => btoa(JSON.stringify(part)).replaceAll("=", "")).join(".");

/** What is no credential: each is refused like the others, and none says more than another. */
const REFUSED: [string, () => Record<string, string>][] = [
  ["an unknown key", () => bearer("rl_00000000000000000000000000000000")],
  ["a revoked key", () => bearer(revokedKey)],
  ["a key of a deleted project", () => bearer(keyOfNobody)],
  ["a key with a letter more", () => bearer(`${project.key}a`)],
  ["a key with a letter less", () => bearer(project.key.slice(0, -1))],
  ["a key in capitals", () => bearer(project.key.toUpperCase())],
  ["a key with a letter changed", () => bearer(flipped(project.key, 10))],
  ["two keys", () => bearer(`${project.key} ${project.key}`)],
  ["two keys by comma", () => bearer(`${project.key},${project.key}`)],
  ["a quoted key", () => bearer(`"${project.key}"`)],
  ["a key after a scheme twice", () => bearer(`Bearer ${project.key}`)],
  ["a key as a token's parameter", () => bearer(`token=${project.key}`)],
  ["a key of another scheme", () => ({ authorization: `Digest ${project.key}` })],
  ["a key by MAC", () => ({ authorization: `MAC id="${project.key}"` })],
  ["a hash of a key", () => bearer("0".repeat(64))],
  ["the cookie's token", () => bearer(cookie.split("=")[1] ?? "")],
  ["an unknown x-api-key", () => ({ "x-api-key": "rl_00000000000000000000000000000000" })],
  ["a revoked x-api-key", () => ({ "x-api-key": revokedKey })],
  ["an access token as x-api-key", () => ({ "x-api-key": client.access_token })],
  ["an unknown key by Basic", () => ({ authorization: `Basic ${btoa("me:rl_no")}` })],
  ["an access token by Basic", () => ({ authorization: `Basic ${btoa(`me:${client.access_token}`)}` })],
  ["Basic that is no base64", () => ({ authorization: "Basic %%%" })],
  ["Basic of nothing but a colon", () => ({ authorization: `Basic ${btoa("a:b")}` })],
  ["a bare access token", () => ({ authorization: client.access_token })],
  ["a token of another scheme", () => ({ authorization: `DPoP ${client.access_token}` })],
  ["a good x-api-key beside a bad token", () => ({ ...bearer("a:b:c"), "x-api-key": project.key })],
  ["an expired token", () => bearer(expired)],
  ["a revoked token", () => bearer(revokedToken)],
  ["a token whose grant was revoked", () => bearer(revokedByRefresh)],
  ["a token for another resource", () => bearer(foreign)],
  ["a refresh token", () => bearer(client.refresh_token)],
  ["a rotated refresh token", () => bearer(rotatedAway)],
  ["an authorization code", () => bearer(code)],
  ["a client id", () => bearer(client.clientId)],
  ["a client's secret place", () => bearer(`${client.clientId}:${client.clientId}:${client.clientId}`)],
  ["a token with a letter changed", () => bearer(flipped(client.access_token, client.access_token.length - 3))],
  ["a token with a letter more", () => bearer(`${client.access_token}a`)],
  ["a token with a letter less", () => bearer(client.access_token.slice(0, -1))],
  ["a token's secret alone", () => bearer(parts()[2])],
  ["a token without its secret", () => bearer(`${parts()[0]}:${parts()[1]}:`)],
  ["a token without its grant", () => bearer(`${parts()[0]}::${parts()[2]}`)],
  ["a token without its owner", () => bearer(`:${parts()[1]}:${parts()[2]}`)],
  ["a token of another owner", () => bearer(`default:${parts()[1]}:${parts()[2]}`)],
  ["a token of another grant", () => bearer(`${parts()[0]}:0000000000000000:${parts()[2]}`)],
  ["a token with another secret", () => bearer(`${parts()[0]}:${parts()[1]}:${"x".repeat(32)}`)],
  ["a token in another order", () => bearer([...parts()].reverse().join(":"))],
  ["a token with a fourth part", () => bearer(`${client.access_token}:x`)],
  ["a token with a wildcard", () => bearer(`${parts()[0]}:${parts()[1]}:*`)],
  ["a token with percent signs", () => bearer(client.access_token.replaceAll(":", "%3A"))],
  ["a token twice", () => bearer(`${client.access_token},${client.access_token}`)],
  ["a quoted token", () => bearer(`"${client.access_token}"`)],
  ["a token in capitals", () => bearer(client.access_token.toUpperCase())],
  ["colons only", () => bearer("::")],
  ["a path as a token", () => bearer("../../client:x:y")],
  ["a key of the storage", () => bearer(`token:${parts()[0]}:${parts()[1]}`)],
  ["a key and a token", () => bearer(`${project.key} ${client.access_token}`)],
  ["a token whose record is gone", () => bearer(vanished)],
  ["a token for our own pages", () => bearer(forOurPages)],
  ["a token for /mcp by plain HTTP", () => bearer(forPlain)],
  ["an unsigned JWT", () => bearer(`${jwt({ iss: ORIGIN, aud: `${ORIGIN}/mcp`, sub: "me", scope: "admin" })}.`)],
  ["a JWT that claims a signature", () => bearer(`${jwt({ iss: ORIGIN, aud: `${ORIGIN}/mcp` }, "HS256")}.c2ln`)],
  ["a JWT of another issuer", () => bearer(`${jwt({ iss: "https://evil.example", aud: ORIGIN }, "RS256")}.c2ln`)],
  ["a JWT without a body", () => bearer("e30.e30.")],
  ["a provider's key", () => bearer("sk-ant-api03-000000000000")],
  ["undefined", () => bearer("undefined")],
  ["null", () => bearer("null")],
  ["a star", () => bearer("*")],
  ["SQL", () => bearer("' OR 1=1 --")],
  ["JSON", () => bearer('{"scopes":["admin"]}')],
  ["a long token", () => bearer("x".repeat(8_000))],
  ["a long token with colons", () => bearer(`${"a".repeat(600)}:b:c`)],
];

/** What a client sends that has nothing to show yet. */
const NOTHING: [string, () => Record<string, string>][] = [
  ["nothing", () => ({})],
  ["the dashboard's cookie", () => ({ cookie })],
  ["the dashboard's cookie from our own page", () => ({ cookie, origin: ORIGIN, "sec-fetch-site": "same-origin" })],
];

describe("at /mcp", () => {
  test("the table is long", () => expect(REFUSED.length).toBeGreaterThanOrEqual(60));

  test.each(REFUSED)("%s is refused as an invalid token", async (_, credentials) => {
    const answer = await callMcp(PING, credentials());
    const challenge = answer.headers.get("www-authenticate") ?? "";
    expect([answer.status, challenge]).toEqual([401, expect.stringContaining(METADATA)]);
    expect(challenge).toMatch(/^Bearer error="invalid_token", error_description="[^"]+", .*scope="read write"$/);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ error: { code: "unauthorized" } });
    for (const secret of [project.key, ...parts()]) expect(challenge + text).not.toContain(secret);
  });

  test.each(NOTHING)("%s is asked to authorize", async (_, credentials) => {
    const answer = await callMcp(PING, credentials());
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
      401,
      `Bearer ${METADATA}, scope="read write"`,
    ]);
  });

  test.each([["access_token"], ["token"], ["key"], ["api_key"]])("?%s= counts for nothing", async (name) => {
    const { access_token: token } = client;
    for (const secret of [token, project.key]) {
      expect((await callMcp(PING, {}, `/mcp?${name}=${encodeURIComponent(secret)}`)).status).toBe(401);
    }
  });

  test.each(["GET", "DELETE", "PUT"])("%s asks for a credential, too", async (method) => {
    expect((await request("/mcp", { method })).status).toBe(401);
  });

  test("an API key is taken in each of its forms, and an access token as bearer", async () => {
    const forms: Record<string, string>[] = [
      bearer(project.key),
      { authorization: `bearer   ${project.key}` },
      { authorization: project.key },
      { authorization: `Basic ${btoa(`me:${project.key}`)}` },
      { "x-api-key": project.key },
      bearer(client.access_token),
      { authorization: `bearer ${client.access_token}` },
    ];
    for (const form of forms) expect([form, (await callMcp(PING, form)).status]).toEqual([form, 200]);
  });
});

const tool = (name: string, args: object) => ({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name, arguments: args },
});

describe("a token", () => {
  test("opens /mcp only, not the API", async () => {
    for (const path of ["/api/me", "/api/runs"]) {
      expect((await request(path, { headers: bearer(client.access_token) })).status).toBe(401);
    }
    expect((await request("/v1/traces", { method: "POST", headers: bearer(client.access_token) })).status).not.toBe(
      200,
    );
  });

  test("sees its own project and no other", async () => {
    const other = await newProject();
    const run = (await other.json<{ id: string }>("/api/runs", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "other" }),
    })) as { id: string };
    const mine = await callMcp(tool("get_run", { id: run.id }), bearer(client.access_token));
    expect(await mine.text()).toContain("run_not_found");
  });

  test("with one scope is asked to fetch the other, all needed named", async () => {
    const reader = await connectClient(project, ["read"]);
    expect(reader.scope).toBe("read");
    expect((await callMcp(tool("search_runs", {}), bearer(reader.access_token))).status).toBe(200);
    const args = { run_id: "none", note: "x" };
    for (const message of [tool("annotate_run", args), [PING, tool("annotate_run", args)]]) {
      const answer = await callMcp(message, bearer(reader.access_token));
      const challenge = answer.headers.get("www-authenticate") ?? "";
      expect(answer.status).toBe(403);
      expect(challenge).toMatch(/^Bearer error="insufficient_scope", /);
      expect(challenge).toContain('scope="read write"');
      expect(challenge).toContain(METADATA);
    }
    const writer = await connectClient(project, ["write"]);
    const refused = await callMcp(tool("search_runs", {}), bearer(writer.access_token));
    expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
      403,
      expect.stringContaining("insufficient_scope"),
    ]);
  });

  test("never has more than the person who gave it", async () => {
    const key = await newKey(project.id, ["read"]);
    const person = await signIn({ key });
    const clientId = await register();
    const page = await (await request(authorizePath(clientId), { headers: { cookie: person } })).text();
    expect(page).not.toContain('value="write"');
    const { code: given = "" } = redirected(await consent(authorizePath(clientId), person));
    const { scope } = (await (await askForTokens(exchange(clientId, given))).json()) as Tokens;
    expect(scope).toBe("read");
  });

  test("is renewed, and the refresh token changes with it", async () => {
    const first = await connectClient(project);
    const renew = (token: string) =>
      askForTokens({ grant_type: "refresh_token", refresh_token: token, client_id: first.clientId });
    const second = (await (await renew(first.refresh_token)).json()) as Tokens;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await callMcp(PING, bearer(second.access_token))).status).toBe(200);
    const third = (await (await renew(second.refresh_token)).json()) as Tokens;
    expect((await callMcp(PING, bearer(third.access_token))).status).toBe(200);
    // The first is two steps old: it was replaced by one that was used.
    const old = await renew(first.refresh_token);
    expect([old.status, await old.json()]).toEqual([400, expect.objectContaining({ error: "invalid_grant" })]);
  });
});
