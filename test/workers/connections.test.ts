import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { Connection } from "../../src/domain/oauth/schema.ts";
import { authorizationServer } from "../../src/domain/oauth/server.ts";
import { oauthEnv } from "../../src/domain/oauth/storage.ts";
import { eventually, newProject, type TestProject } from "./helpers.ts";
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

interface Page {
  data: Connection[];
  next_cursor: string | null;
}

let project: TestProject;
beforeEach(async () => {
  project = await newProject();
});

const list = async (of = project) => (await of.json<Page>("/api/connections")).data;
const grantOf = (tokens: Tokens) => tokens.access_token.split(":")[1] ?? "";
const ping = async (tokens: Tokens) => (await callMcp(PING, { authorization: `Bearer ${tokens.access_token}` })).status;
const renew = (tokens: Tokens & { clientId: string }) =>
  askForTokens({ grant_type: "refresh_token", refresh_token: tokens.refresh_token, client_id: tokens.clientId });
const disconnect = async (id: string, as = project) => {
  const answer = await as.fetch(`/api/connections/${id}`, { method: "DELETE" });
  const text = await answer.text();
  return [answer.status, text === "" ? "" : JSON.parse(text).error.code];
};
const makeKey = async () =>
  project.json<{ id: string; key: string }>("/api/keys", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "somebody's", scopes: ["read", "write", "ingest"] }),
  });

describe("connected apps", () => {
  test("are listed with what they may do, and with the key that whoever let them in had", async () => {
    expect(await list()).toEqual([]);
    const { id, key } = await makeKey();
    const tokens = await connectClient({ ...project, key }, ["read"]);
    expect(await list()).toEqual([
      {
        id: grantOf(tokens),
        client_id: tokens.clientId,
        client_name: "Test client",
        client_uri: null,
        scopes: ["read"],
        created_at: expect.stringMatching(/^20.*Z$/),
        expires_at: expect.stringMatching(/^20.*Z$/),
        key_id: id,
      },
    ]);
    expect(JSON.stringify(await list())).not.toContain(tokens.access_token.split(":")[2]);
  });

  test("have a name that can be read, and a page only if it is one", async () => {
    const clientId = await register({ client_name: "Good \u202eappa\u200b", client_uri: "https://good.example/app" });
    await consent(authorizePath(clientId), await signIn(project));
    expect(await list()).toMatchObject([
      { client_name: "Good appa", client_uri: "https://good.example/app", scopes: ["read", "write"], expires_at: null },
    ]);
    await env.OAUTH_KV.put(
      `client:${clientId}`,
      JSON.stringify({ clientId, redirectUris: [], clientUri: "javascript:alert(1)", tokenEndpointAuthMethod: "none" }),
    );
    expect(await list()).toMatchObject([{ client_name: "An app without a name", client_uri: null }]);
    await env.OAUTH_KV.delete(`client:${clientId}`);
    expect(await list()).toMatchObject([{ client_name: null, client_uri: null, client_id: clientId }]);
  });

  test("come in pages", async () => {
    for (let n = 0; n < 3; n++) await connectClient(project);
    const first = await project.json<Page>("/api/connections?limit=2");
    expect(first.data).toHaveLength(2);
    const rest = await project.json<Page>(
      `/api/connections?limit=2&cursor=${encodeURIComponent(first.next_cursor ?? "")}`,
    );
    expect([...first.data, ...rest.data].map(({ id }) => id).sort()).toEqual((await list()).map(({ id }) => id).sort());
    expect(rest).toMatchObject({ data: [{ client_name: "Test client" }], next_cursor: null });
    expect((await project.fetch("/api/connections?limit=0")).status).toBe(400);
    expect((await project.fetch("/api/connections?cursor=none%20of%20ours")).status).toBe(400);
  });

  test("are refused once they are disconnected, and no others", async () => {
    const gone = await connectClient(project);
    const stays = await connectClient(project);
    expect([await ping(gone), await ping(stays)]).toEqual([200, 200]);
    expect(await disconnect(grantOf(gone))).toEqual([204, ""]);
    expect([await ping(gone), await ping(stays)]).toEqual([401, 200]);
    expect(await (await renew(gone)).json()).toMatchObject({ error: "invalid_grant" });
    expect((await renew(stays)).status).toBe(200);
    expect((await list()).map(({ id }) => id)).toEqual([grantOf(stays)]);
    expect(await disconnect(grantOf(gone))).toEqual([404, "not_found"]);
  });

  test("stay refused where KV brings them back", async () => {
    const gone = await connectClient(project);
    const { keys } = await env.OAUTH_KV.list();
    const records = keys
      .map(({ name }) => name)
      .filter((name) => /^(grant|token):/.test(name) && name.includes(grantOf(gone)));
    expect(records).toHaveLength(2);
    const before = await Promise.all(records.map((name) => env.OAUTH_KV.get(name)));
    await disconnect(grantOf(gone));
    for (const [at, name] of records.entries()) await env.OAUTH_KV.put(name, before[at] ?? "");
    expect(await ping(gone)).toBe(401);
    const renewed = { ...gone, ...((await (await renew(gone)).json()) as Tokens) };
    expect(renewed.access_token).not.toBe(gone.access_token);
    expect(await ping(renewed)).toBe(401);
    expect(await list()).toEqual([]);
    expect(await disconnect(grantOf(gone))).toEqual([404, "not_found"]);
  });

  test("of another project are not found, and go on", async () => {
    const other = await newProject();
    const foreign = await connectClient(other);
    const [owner] = foreign.access_token.split(":");
    for (const id of [grantOf(foreign), `${owner}:${grantOf(foreign)}`, "unknown", "..%2F..", "x".repeat(200)]) {
      expect([id, ...(await disconnect(encodeURIComponent(id)))]).toEqual([id, 404, "not_found"]);
    }
    expect(await disconnect("x".repeat(201))).toEqual([400, "invalid_request"]);
    expect(await ping(foreign)).toBe(200);
    expect((await list(other)).map(({ id }) => id)).toEqual([grantOf(foreign)]);
    const both = await Promise.all([disconnect(grantOf(foreign), other), disconnect(grantOf(foreign), other)]);
    expect(both.map(([status]) => status).sort()).toEqual([204, 404]);
  });

  test("end with the key that whoever let them in had signed in with", async () => {
    const { id, key } = await makeKey();
    const theirs = await connectClient({ ...project, key });
    const ours = await connectClient(project);
    expect([await ping(theirs), await ping(ours)]).toEqual([200, 200]);
    expect((await project.fetch(`/api/keys/${id}`, { method: "DELETE" })).status).toBe(204);
    expect([await ping(theirs), await ping(ours)]).toEqual([401, 200]);
    expect((await list()).map((connection) => connection.id)).toEqual([grantOf(ours)]);
    expect(await disconnect(grantOf(theirs))).toEqual([404, "not_found"]);
    const left = await eventually(
      async () => (await env.OAUTH_KV.list()).keys.filter(({ name }) => name.includes(grantOf(theirs))),
      (keys) => keys.length === 0,
    );
    expect(left).toEqual([]);
    expect((await renew(theirs)).status).toBe(400);
  });

  test("of an earlier version say nothing of a key, and stay until they are disconnected", async () => {
    const { id, key } = await makeKey();
    const clientId = await register();
    const api = authorizationServer(ORIGIN)?.getOAuthApi(oauthEnv(env));
    if (!api) throw new Error("There is no OAuth at the tests' origin.");
    const { redirectTo } = await api.completeAuthorization({
      request: await api.parseAuthRequest(new Request(ORIGIN + authorizePath(clientId))),
      userId: project.id,
      metadata: {},
      scope: ["read"],
      props: { projectId: project.id, scopes: ["read"] },
      revokeExistingGrants: false,
    });
    const { code = "" } = redirected(new Response(null, { headers: { location: redirectTo } }));
    const tokens = (await (await askForTokens(exchange(clientId, code))).json()) as Tokens;
    await signIn({ key });
    await project.fetch(`/api/keys/${id}`, { method: "DELETE" });
    expect(await ping(tokens)).toBe(200);
    expect(await list()).toMatchObject([{ id: grantOf(tokens), key_id: null }]);
    expect(await disconnect(grantOf(tokens))).toEqual([204, ""]);
    expect(await ping(tokens)).toBe(401);
  });
});
