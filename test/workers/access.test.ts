import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { lookUpKey } from "../../src/domain/access/authenticate.ts";
import { newKey, newProject, request } from "./helpers.ts";

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

const cookieOf = (response: Response) => (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";

describe("access", () => {
  test("no route but the open ones answers without a key", async () => {
    const open = new Set(["/health", "/info", "/api/auth/sign-in", "/api/auth/sign-out"]);
    // OAuth is for those who have nothing yet; what it refuses is in mcp-auth-consent.test.ts.
    const closed = (path: string) => !/\*|^\/oauth\/|^\/\.well-known\//.test(path) && !open.has(path);
    const paths = new Set(app.routes.map((route) => route.path).filter(closed));
    expect(paths.size).toBeGreaterThan(15);
    for (const { path, method } of app.routes) {
      if (!paths.has(path)) continue;
      const verb = method === "ALL" ? "POST" : method;
      const headers = { "content-type": "application/json" };
      const response = await request(path.replace(/:\w+/g, "x"), {
        method: verb,
        headers,
        ...(verb === "GET" ? {} : { body: "{}" }),
      });
      expect([verb, path, response.status]).toEqual([verb, path, 401]);
      await response.text();
    }
    expect((await request("/health")).status).toBe(200);
  });

  test("the deployment's key opens the default project at its first use", async () => {
    const headers = { authorization: `Bearer ${env.RUNLIGHT_API_KEY}` };
    for (let n = 0; n < 2; n++) {
      const me = await (await request("/api/me", { headers })).json();
      expect(me).toEqual({
        project: { id: "default", name: "Default project", stall_after_minutes: 2 },
        actor: { type: "api_key" },
        scopes: ["ingest", "read", "write", "admin"],
      });
    }
  });

  test("a revoked key opens nothing, even if it is the deployment's", async () => {
    const key = env.RUNLIGHT_API_KEY;
    await (await request("/api/me", { headers: { authorization: `Bearer ${key}` } })).text();
    await env.DB.prepare("UPDATE api_keys SET revoked_at = 1 WHERE name = 'RUNLIGHT_API_KEY'").run();
    // Asked past the cache, which may believe a look-up for half a minute.
    expect(await lookUpKey(env, key)).toBeNull();
    await env.DB.prepare("UPDATE api_keys SET revoked_at = NULL").run();
    expect(await lookUpKey(env, key)).toMatchObject({ projectId: "default" });
  });

  test("keys are stored as hashes only", async () => {
    const project = await newProject();
    const made = await project.json<{ key: string; id: string }>(
      "/api/keys",
      json({ name: "snippet", scopes: ["ingest"] }),
    );
    expect(made.key).toMatch(/^rl_[0-9A-Za-z]{32}$/);
    const { results } = await env.DB.prepare("SELECT * FROM api_keys WHERE project_id = ?").bind(project.id).all();
    expect(JSON.stringify(results)).not.toContain(made.key);
    const asMade = { authorization: `Bearer ${made.key}` };
    expect((await request("/api/runs", { headers: asMade })).status).toBe(403);
    expect((await request("/v1/traces", json({}, asMade))).status).toBe(200);
  });

  test("a key gives away no more than it has", async () => {
    const project = await newProject();
    const reader = await newKey(project.id, ["read"]);
    const response = await project.fetch(
      "/api/keys",
      json({ name: "x", scopes: ["admin"] }, { authorization: `Bearer ${reader}` }),
    );
    expect(response.status).toBe(403);
  });

  test("a sign-in link works once and gives a cookie that scripts cannot read", async () => {
    const project = await newProject();
    const { token } = await project.json<{ token: string }>("/api/auth/links", { method: "POST" });
    const first = await request("/api/auth/sign-in", json({ token }));
    expect(first.status).toBe(204);
    expect(first.headers.get("set-cookie")).toMatch(/HttpOnly; Secure; SameSite=Lax/i);
    const me = await request("/api/me", { headers: { cookie: cookieOf(first) } });
    expect(await me.json()).toMatchObject({ project: { id: project.id }, actor: { type: "dashboard" } });
    const second = await request("/api/auth/sign-in", json({ token }));
    expect(second.status).toBe(401);
  });

  test("signing in with the key works, signing out ends it", async () => {
    const project = await newProject();
    const signedIn = await request("/api/auth/sign-in", json({ key: project.key }));
    const cookie = cookieOf(signedIn);
    expect((await request("/api/runs", { headers: { cookie } })).status).toBe(200);
    await request("/api/auth/sign-out", { method: "POST", headers: { cookie } });
    expect((await request("/api/runs", { headers: { cookie } })).status).toBe(401);
    expect((await request("/api/auth/sign-in", json({ key: "rl_wrong" }))).status).toBe(401);
    expect((await request("/api/auth/sign-in", json({}))).status).toBe(400);
  });

  test("another site cannot write or listen with the cookie", async () => {
    const project = await newProject();
    const cookie = cookieOf(await request("/api/auth/sign-in", json({ key: project.key })));
    const body = { name: "x", scopes: ["ingest"] };
    const status = async (headers: Record<string, string>) =>
      (await request("/api/keys", json(body, { cookie, ...headers }))).status;
    expect(await status({ origin: "https://evil.test" })).toBe(403);
    expect(await status({ origin: "null" })).toBe(403);
    expect(await status({ origin: "https://runlight.test.evil.test" })).toBe(403);
    expect(await status({ origin: "https://runlight.test" })).toBe(201);
    const socket = await request("/ws", { headers: { cookie, upgrade: "websocket", origin: "https://evil.test" } });
    expect(socket.status).toBe(403);
  });

  test("errors name no secret and carry the request id", async () => {
    const response = await request("/api/runs", { headers: { authorization: "Bearer rl_secret_that_is_wrong" } });
    const text = await response.text();
    expect(response.status).toBe(401);
    expect(text).not.toContain("rl_secret");
    expect(JSON.parse(text).error.request_id).toBe(response.headers.get("x-request-id"));
  });

  test("a known path with another method is 405 and says which it takes", async () => {
    const project = await newProject();
    const response = await project.fetch("/api/runs/x", { method: "PUT" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "DELETE, GET"]);
    expect((await project.fetch("/api/nothing-here")).status).toBe(404);
  });
});
