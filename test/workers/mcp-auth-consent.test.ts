import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { newProject, request, type TestProject } from "./helpers.ts";
import {
  askForTokens,
  authorizePath,
  CALLBACK,
  callMcp,
  consent,
  exchange,
  ORIGIN,
  PING,
  proofIn,
  redirected,
  register,
  signIn,
  type Tokens,
} from "./oauth-client.ts";

let project: TestProject;
let cookie: string;
let clientId: string;
beforeAll(async () => {
  project = await newProject();
  cookie = await signIn(project);
  clientId = await register();
});

const open = (path: string, headers: Record<string, string> = { cookie }) =>
  request(path, { headers, redirect: "manual" });

describe("discovery", () => {
  test.each(["", "/mcp"])("the resource says who gives out its tokens, at …-resource%s", async (path) => {
    const answer = await request(`/.well-known/oauth-protected-resource${path}`);
    expect(await answer.json()).toEqual({
      resource: `${ORIGIN}/mcp`,
      authorization_servers: [ORIGIN],
      scopes_supported: ["read", "write"],
      bearer_methods_supported: ["header"],
      resource_name: "Runlight",
    });
  });

  test("the authorization server says what it takes", async () => {
    const answer = await request("/.well-known/oauth-authorization-server");
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(await answer.json()).toMatchObject({
      issuer: ORIGIN,
      authorization_endpoint: `${ORIGIN}/oauth/authorize`,
      token_endpoint: `${ORIGIN}/oauth/token`,
      registration_endpoint: `${ORIGIN}/oauth/register`,
      revocation_endpoint: `${ORIGIN}/oauth/token`,
      scopes_supported: ["read", "write"],
      response_types_supported: ["code"],
      grant_types_supported: ["authorization_code", "refresh_token"],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    });
  });

  test("what there is not is JSON that says so, never a page of the dashboard", async () => {
    for (const path of ["openid-configuration", "oauth-authorization-server/mcp", "nothing"]) {
      const answer = await request(`/.well-known/${path}`);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([404, "application/json"]);
    }
  });
});

describe("the consent page", () => {
  test("sends to the sign-in page and back, and asks nothing of anybody before", async () => {
    const path = authorizePath(clientId);
    const answer = await open(path, {});
    expect([answer.status, answer.headers.get("location")]).toEqual([303, `/sign-in?next=${encodeURIComponent(path)}`]);
    const key = await open(path, { authorization: `Bearer ${project.key}` });
    expect(key.headers.get("location")).toMatch(/^\/sign-in/);
  });

  test("names the client, where the code goes, the project and the scopes; cannot be framed; runs no script", async () => {
    const answer = await open(authorizePath(clientId));
    const page = await answer.text();
    for (const word of ["Test client", "client.example", project.id, 'value="read" checked', 'value="write" checked']) {
      expect(page).toContain(word);
    }
    const policy = answer.headers.get("content-security-policy") ?? "";
    for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self' https://client.example"]) {
      expect(policy.split("; ")).toContain(rule);
    }
    expect(policy).not.toContain("script-src");
    expect(answer.headers.get("x-frame-options")).toBe("DENY");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    // Or a browser would send the form as from nobody.
    expect(answer.headers.get("referrer-policy")).toBe("same-origin");
  });

  test.each([
    ["http://127.0.0.1:41234/cb", "http://127.0.0.1:41234"],
    ["http://[::1]:41234/cb", "http:"],
    ["cursor://anysphere.cursor-mcp/oauth/callback", "cursor:"],
  ])("lets its form lead to %s", async (address, source) => {
    const app = await register({ redirect_uris: [address] });
    const answer = await open(authorizePath(app, { redirect_uri: address }));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-security-policy")).toContain(`form-action 'self' ${source};`);
  });

  test("escapes what the client says", async () => {
    const name = `<img src=x onerror=alert(1)>"'&`;
    const page = await (await open(authorizePath(await register({ client_name: name })))).text();
    expect(page).not.toContain("<img");
    expect(page).toContain("&lt;img src=x onerror=alert(1)&gt;");
  });

  test.each([
    ["turns the words around", "Run\u202Elight\u2066\u200F", "Let <b>Runlight</b> into"],
    ["breaks its line", "Claude\r\n\u0000\u0007 Code", "Let <b>Claude Code</b> into"],
    ["cannot be seen", "\u200B\u2060\u00AD", "Let <b>An app without a name</b> into"],
  ])("shows a name that %s as what it is", async (_, name, heading) => {
    const page = await (await open(authorizePath(await register({ client_name: name })))).text();
    expect(page).toContain(heading);
  });

  test("warns of programs on the same computer", async () => {
    const local = await register({ redirect_uris: ["http://127.0.0.1/cb"] });
    const page = await (await open(authorizePath(local, { redirect_uri: "http://127.0.0.1:41234/cb" }))).text();
    expect(page).toContain("on your own computer");
  });

  test("gives the code with state and issuer, once", async () => {
    const answer = await consent(authorizePath(clientId), cookie);
    expect(answer.status).toBe(303);
    const { code = "", ...others } = redirected(answer);
    expect(others).toEqual({ state: "some state", iss: ORIGIN });
    const tokens = await askForTokens(exchange(clientId, code));
    expect([tokens.status, tokens.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(await tokens.json()).toMatchObject({
      token_type: "bearer",
      expires_in: 3600,
      scope: "read write",
      resource: `${ORIGIN}/mcp`,
    });
    expect((await askForTokens(exchange(clientId, code))).status).toBe(400);
  });

  test.each([
    ["refused", { decision: "deny" }],
    ["left open", { decision: "" }],
    ["allowed without a scope", { scope: [] }],
    ["allowed with a scope that is not offered", { scope: ["admin"] }],
  ])("tells the client when it is %s", async (_, given) => {
    const {
      error,
      error_description: __,
      ...others
    } = redirected(await consent(authorizePath(clientId), cookie, given));
    expect([error, others]).toEqual(["access_denied", { state: "some state", iss: ORIGIN }]);
  });

  test("ticks what was asked for, and all if nothing of ours was", async () => {
    const page = async (scope: string | undefined) => (await open(authorizePath(clientId, { scope }))).text();
    expect(await page("read offline_access")).not.toContain('value="write" checked');
    expect(await page(undefined)).toContain('value="write" checked');
    expect(await page("openid")).toContain('value="write" checked');
  });
});

describe("an answer to the page", () => {
  const post = (path: string, body: Record<string, string>, headers: Record<string, string>) =>
    request(path, { method: "POST", headers, body: new URLSearchParams(body), redirect: "manual" });
  const proofFor = async (path: string, who = cookie) => proofIn(await (await open(path, { cookie: who })).text());

  test.each([
    ["has no proof", async () => ({ proof: "" })],
    ["has a made up proof", async () => ({ proof: "x".repeat(43) })],
    [
      "has the proof of other scopes",
      async () => ({ proof: await proofFor(authorizePath(clientId, { scope: "read" })) }),
    ],
    [
      "has the proof of another state",
      async () => ({ proof: await proofFor(authorizePath(clientId, { state: "x" })) }),
    ],
    [
      "has the proof of another person",
      async () => ({ proof: await proofFor(authorizePath(clientId), await signIn(project)) }),
    ],
    [
      "comes from another page",
      async () => ({ proof: await proofFor(authorizePath(clientId)), origin: "https://evil.example" }),
    ],
    [
      "comes from a page without origin",
      async () => ({ proof: await proofFor(authorizePath(clientId)), origin: "null" }),
    ],
  ] as [string, () => Promise<{ proof: string; origin?: string }>][])("that %s lets nobody in", async (_, make) => {
    const { proof, origin = ORIGIN } = await make();
    const body = { proof, decision: "allow", scope: "read" };
    const answer = await post(authorizePath(clientId), body, { cookie, origin });
    expect([answer.status, answer.headers.get("location")]).toEqual([403, null]);
  });

  test("that is in the address lets nobody in", async () => {
    const path = authorizePath(clientId);
    const answer = await open(`${path}&proof=${await proofFor(path)}&decision=allow&scope=read`);
    expect([answer.status, answer.headers.get("location")]).toEqual([200, null]);
  });

  test("that is sent twice, as by a double click, gives the browser a code that works each time", async () => {
    const path = authorizePath(clientId);
    const body = { proof: await proofFor(path), decision: "allow", scope: "read" };
    const answers = await Promise.all([1, 2].map(() => post(path, body, { cookie, origin: ORIGIN })));
    const codes = answers.map((answer) => redirected(answer).code ?? "");
    expect(new Set(codes).size).toBe(2);
    for (const code of codes) expect((await askForTokens(exchange(clientId, code))).status).toBe(200);
  });

  test("by somebody who is not signed in leads to the sign-in page", async () => {
    const body = { proof: await proofFor(authorizePath(clientId)), decision: "allow", scope: "read" };
    const answer = await post(authorizePath(clientId), body, { origin: ORIGIN });
    expect(answer.headers.get("location")).toMatch(/^\/sign-in\?next=/);
  });
});

describe("a request to authorize", () => {
  test("goes to Cursor's own scheme, and to no other that was registered", async () => {
    const [cursor = "", other = ""] = ["cursor://anysphere.cursor-mcp/oauth/callback", "other-app://oauth/callback"];
    const app = await register({ redirect_uris: [cursor, other, "http://localhost:8787/callback"] });
    expect(await (await open(authorizePath(app, { redirect_uri: cursor }))).text()).toContain("on your own computer");
    const answer = await consent(authorizePath(app, { redirect_uri: cursor }), cookie);
    expect(answer.headers.get("location")).toMatch(/^cursor:\/\/anysphere\.cursor-mcp\/oauth\/callback\?code=/);
    for (const more of [{}, { code_challenge: undefined }]) {
      const refused = await open(authorizePath(app, { redirect_uri: other, ...more }));
      expect([refused.status, refused.headers.get("location")]).toEqual([400, null]);
    }
  });

  test.each([
    ["an unknown client", { client_id: "unknown" }],
    ["no client", { client_id: undefined }],
    ["a client id that is too long to be one", { client_id: "x".repeat(1_000) }],
    ["no redirect_uri", { redirect_uri: undefined }],
    ["another host", { redirect_uri: "https://evil.example/callback" }],
    ["another path", { redirect_uri: `${CALLBACK}/more` }],
    ["a query more", { redirect_uri: `${CALLBACK}?x=1` }],
    ["a fragment", { redirect_uri: `${CALLBACK}#x` }],
    ["another port", { redirect_uri: "https://client.example:444/callback" }],
    ["plain HTTP", { redirect_uri: "http://client.example/callback" }],
    ["a user", { redirect_uri: "https://me@client.example/callback" }],
    ["other letters", { redirect_uri: "https://client.example/Callback" }],
    ["a script", { redirect_uri: "javascript:alert(1)" }],
    ["a scheme of its own that is no known program's", { redirect_uri: "other-app://callback" }],
    ["the same file by another way", { redirect_uri: "https://client.example/x/../callback" }],
  ])("with %s is told to the person and redirects nowhere", async (_, more) => {
    const answer = await open(authorizePath(clientId, more));
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    expect(await answer.text()).toContain("Not connected");
  });

  test.each([
    ["no challenge", { code_challenge: undefined, code_challenge_method: undefined }, "invalid_request"],
    ["a plain challenge", { code_challenge_method: "plain" }, "invalid_request"],
    ["a challenge without method", { code_challenge_method: undefined }, "invalid_request"],
    ["another resource", { resource: "https://other.example/mcp" }, "invalid_target"],
    ["a resource of another path", { resource: `${ORIGIN}/api` }, "invalid_target"],
    ["a resource that is none", { resource: "mcp" }, "invalid_target"],
    ["the implicit flow", { response_type: "token" }, "unsupported_response_type"],
    ["no response type", { response_type: undefined }, "invalid_request"],
  ])("with %s is told to the client", async (_, more, error) => {
    const answer = await open(authorizePath(clientId, more));
    expect(answer.headers.get("location")).toMatch(/^https:\/\/client\.example\/callback\?/);
    expect(redirected(answer)).toMatchObject({ error, state: "some state", iss: ORIGIN });
  });

  test("needs a challenge of clients with a secret, too", async () => {
    const confidential = await register({ token_endpoint_auth_method: "client_secret_basic" });
    const without = { code_challenge: undefined, code_challenge_method: undefined };
    expect(redirected(await open(authorizePath(confidential, without)))).toMatchObject({ error: "invalid_request" });
  });
});

describe("an exchange of a code", () => {
  test.each([
    ["another verifier", { code_verifier: "w".repeat(64) }, "invalid_grant"],
    ["no verifier", { code_verifier: "" }, "invalid_request"],
    ["another redirect_uri", { redirect_uri: "https://client.example/other" }, "invalid_grant"],
    ["another resource", { resource: "https://other.example/mcp" }, "invalid_target"],
    ["another client", { client_id: "other" }, "invalid_client"],
    ["a client id that is too long to be one", { client_id: "x".repeat(1_000) }, "invalid_client"],
    ["another code", { code: "a:b:c" }, "invalid_grant"],
    ["a code that is too long to be one", { code: `${"a".repeat(600)}:b:c` }, "invalid_grant"],
    ["another kind of grant", { grant_type: "password" }, "unsupported_grant_type"],
    ["the client's own credentials", { grant_type: "client_credentials" }, "unsupported_grant_type"],
  ])("with %s is refused", async (_, more, error) => {
    const { code = "" } = redirected(await consent(authorizePath(clientId), cookie));
    const answer = await askForTokens({ ...exchange(clientId, code), ...more });
    const refusal = (await answer.json()) as { error: string };
    expect([answer.status, refusal.error]).toEqual([error === "invalid_client" ? 401 : 400, error]);
  });

  test("by another client than the code is for is refused", async () => {
    const { code = "" } = redirected(await consent(authorizePath(clientId), cookie));
    const answer = await askForTokens(exchange(await register(), code));
    expect(await answer.json()).toMatchObject({ error: "invalid_grant" });
  });
});

describe("a registration", () => {
  test.each([
    ["without addresses", { redirect_uris: [] }],
    ["with a script as address", { redirect_uris: ["javascript:alert(1)"] }],
    ["with plain HTTP", { redirect_uris: ["http://client.example/cb"] }],
    ["with many addresses", { redirect_uris: Array.from({ length: 21 }, (_, n) => `https://client.example/${n}`) }],
    ["with a long name", { redirect_uris: [CALLBACK], client_name: "x".repeat(201) }],
    ["with a lot to say", { redirect_uris: [CALLBACK], contacts: ["x".repeat(9_000)] }],
    ["for passwords", { redirect_uris: [CALLBACK], grant_types: ["password"] }],
  ])("%s is refused", async (_, body) => {
    const headers = { "content-type": "application/json" };
    const answer = await request("/oauth/register", { method: "POST", headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(400);
  });
});

const DOCUMENT = "https://app.example/mcp-client.json";

describe("a client that is described by a document", () => {
  afterEach(() => vi.unstubAllGlobals());

  /** The internet, with one document in it. @returns what was fetched */
  function publish(document: unknown, init: ResponseInit = {}, address = DOCUMENT): string[] {
    const fetched: string[] = [];
    vi.stubGlobal("fetch", async (url: string, options: RequestInit) => {
      fetched.push(`${url} ${options.redirect}`);
      if (url !== address) throw new TypeError("There is no such host.");
      const body = typeof document === "string" ? document : JSON.stringify(document);
      return new Response(body, { headers: { "content-type": "application/json" }, ...init });
    });
    return fetched;
  }
  const described = (more: object = {}) => ({
    client_id: DOCUMENT,
    client_name: "Described app",
    redirect_uris: [CALLBACK],
    ...more,
  });

  test("is shown with its host, gets its tokens, and is fetched once", async () => {
    const fetched = publish(described({ token_endpoint_auth_methods_supported: ["private_key_jwt", "none"] }));
    const page = await (await open(authorizePath(DOCUMENT))).text();
    expect(page).toContain("Described app");
    expect(page).toContain("app.example");
    const { code = "" } = redirected(await consent(authorizePath(DOCUMENT), cookie));
    const tokens = (await (await askForTokens(exchange(DOCUMENT, code))).json()) as Tokens;
    expect((await callMcp(PING, { authorization: `Bearer ${tokens.access_token}` })).status).toBe(200);
    expect(fetched).toEqual([`${DOCUMENT} manual`]);
  });

  test("is fetched for nobody who is not signed in, nor for the endpoints that anybody may ask", async () => {
    const address = "https://other.example/client.json";
    const fetched = publish({ ...described(), client_id: address }, {}, address);
    await open(authorizePath(address), {});
    await askForTokens(exchange(address, "a:b:c"));
    await askForTokens({ token: "a:b:c", client_id: address });
    expect(fetched).toEqual([]);
  });

  test.each([
    ["is another client's", described({ client_id: "https://app.example/other.json" }), {}],
    ["has no name", described({ client_name: "" }), {}],
    ["has no addresses", described({ redirect_uris: [] }), {}],
    ["has a secret in it", described({ client_secret: "x" }), {}],
    ["wants a secret", described({ token_endpoint_auth_method: "client_secret_basic" }), {}],
    ["is a list", [described()], {}],
    ["is no JSON", "<html>", {}],
    ["is of another type", described(), { headers: { "content-type": "text/html" } }],
    ["is too long", described({ client_uri: "x", more: "x".repeat(6_000) }), {}],
    ["redirects", "", { status: 302, headers: { location: "http://127.0.0.1/" } }],
    ["is missing", described(), { status: 404 }],
    ["fails", described(), { status: 500 }],
  ] as [string, unknown, ResponseInit][])("whose document %s is refused", async (name, document, init) => {
    const address = `https://app.example/${encodeURIComponent(name)}.json`;
    const own = typeof document === "object" && !Array.isArray(document) ? { ...(document as object) } : document;
    if (name !== "is another client's" && typeof own === "object" && own !== null && "client_id" in own)
      own.client_id = address;
    publish(own, init, address);
    const answer = await open(authorizePath(address));
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    expect(await env.OAUTH_KV.get(`client:${address}`)).toBeNull();
  });

  test.each(["https://127.0.0.1/c", "https://localhost/c", "http://app.example/c", "https://app.example:8443/c"])(
    "at %s is refused without a look",
    async (address) => {
      const fetched = publish(described({ client_id: address }), {}, address);
      expect((await open(authorizePath(address))).status).toBe(400);
      expect(fetched).toEqual([]);
    },
  );
});
