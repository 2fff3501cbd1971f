import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { type Ctx, SCOPES } from "../../src/context.ts";
import { authenticateCookie } from "../../src/domain/access/authenticate.ts";
import { listKeys } from "../../src/domain/access/list-keys.ts";
import { revokeKey } from "../../src/domain/access/revoke-key.ts";
import type { ApiKey } from "../../src/domain/access/schema.ts";
import { hashSecret } from "../../src/domain/access/secrets.ts";
import { newKey, newProject, request, type TestProject } from "./helpers.ts";
import { callMcp, PING, signIn } from "./oauth-client.ts";

interface Page {
  data: ApiKey[];
  next_cursor: string | null;
}

const json = (body: unknown): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

let project: TestProject;
beforeEach(async () => {
  project = await newProject();
});

const make = (name: string, scopes: string[] = [...SCOPES], as: RequestInit["headers"] = {}) => {
  const init = json({ name, scopes });
  return project.json<{ id: string; key: string }>("/api/keys", { ...init, headers: { ...init.headers, ...as } });
};
const revoke = async (id: string, as: RequestInit["headers"] = {}) => {
  const answer = await project.fetch(`/api/keys/${id}`, { method: "DELETE", headers: as });
  const text = await answer.text();
  return [answer.status, text === "" ? "" : JSON.parse(text).error.code];
};
const ownId = async () => (await project.json<Page>("/api/keys")).data.find(({ current }) => current)?.id ?? "";

describe("the list of keys", () => {
  test("has what was made, newest first, and neither keys nor hashes", async () => {
    const reader = await make("reader", ["read"]);
    const answer = await project.fetch("/api/keys");
    const text = await answer.text();
    const own = await ownId();
    expect(JSON.parse(text)).toEqual({
      data: [
        {
          id: reader.id,
          name: "reader",
          scopes: ["read"],
          created_at: expect.stringMatching(/^20.*Z$/),
          created_by: own,
          managed_by: "api",
          current: false,
        },
        {
          id: own,
          name: "test",
          scopes: [...SCOPES],
          created_at: expect.stringMatching(/^20.*Z$/),
          created_by: null,
          managed_by: "api",
          current: true,
        },
      ],
      next_cursor: null,
    });
    for (const key of [reader.key, project.key]) {
      expect(text).not.toContain(key);
      expect(text).not.toContain(hashSecret(key));
    }
  });

  test("goes on by its cursor, and no key is on two pages", async () => {
    for (const name of ["a", "b", "c", "d"]) await make(name, ["read"]);
    const names: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Page = await project.json<Page>(`/api/keys?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(page.data.length).toBeLessThanOrEqual(2);
      names.push(...page.data.map(({ name }) => name));
      cursor = page.next_cursor;
    }
    expect(names.sort()).toEqual(["a", "b", "c", "d", "test"]);
    expect((await project.fetch("/api/keys?cursor=none-of-ours")).status).toBe(400);
    expect((await project.fetch("/api/keys?limit=201")).status).toBe(400);
  });

  test("says of a sign-in with which key it was made, and so of what it makes", async () => {
    const cookie = await signIn(project);
    const made = await request("/api/keys", {
      ...json({ name: "made in the dashboard", scopes: ["ingest"] }),
      headers: { "content-type": "application/json", origin: "https://runlight.test", cookie },
    });
    expect(made.status).toBe(201);
    const { data } = (await (await request("/api/keys", { headers: { cookie } })).json()) as Page;
    expect(data.map(({ name, current, created_by }) => [name, current, created_by])).toEqual([
      ["made in the dashboard", false, data[1]?.id],
      ["test", true, null],
    ]);
  });

  test("is for admins only", async () => {
    const key = await newKey(project.id, ["ingest", "read", "write"]);
    const asked = await Promise.all([
      project.fetch("/api/keys", { headers: bearer(key) }),
      project.fetch("/api/connections", { headers: bearer(key) }),
      project.fetch(`/api/keys/${await ownId()}`, { method: "DELETE", headers: bearer(key) }),
      project.fetch("/api/connections/x", { method: "DELETE", headers: bearer(key) }),
    ]);
    expect(asked.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect((await project.fetch("/api/runs")).status).toBe(200);
  });
});

describe("revoking a key", () => {
  /** What each door says to a key. */
  async function doors(key: string) {
    const answers = await Promise.all([
      request("/api/runs", { headers: bearer(key) }),
      request("/api/runs", { headers: { "x-api-key": key } }),
      request("/v1/traces", { ...json({}), headers: { "content-type": "application/json", ...bearer(key) } }),
      callMcp(PING, bearer(key)),
      request("/ws", { headers: { upgrade: "websocket", ...bearer(key) } }),
      request("/api/auth/sign-in", json({ key })),
    ]);
    for (const { webSocket } of answers) {
      webSocket?.accept();
      webSocket?.close();
    }
    return answers.map(({ status }) => status);
  }

  test("closes every door to it, and no other key's", async () => {
    const { id, key } = await make("to go");
    const child = await make("made with it", [...SCOPES], bearer(key));
    expect(await doors(key)).toEqual([200, 200, 200, 200, 101, 204]);
    expect(await revoke(id)).toEqual([204, ""]);
    expect(await doors(key)).toEqual([401, 401, 401, 401, 401, 401]);
    expect(await doors(project.key)).toEqual([200, 200, 200, 200, 101, 204]);
    expect(await doors(child.key)).toEqual([200, 200, 200, 200, 101, 204]);
    const { data } = await project.json<Page>("/api/keys");
    expect(data.map(({ name, created_by }) => [name, created_by])).toEqual([
      ["made with it", id],
      ["test", null],
    ]);
  });

  test("sends away who watches the board, to come back with a key that is good", async () => {
    const { id, key } = await make("to go");
    const { webSocket } = await request("/ws", { headers: { upgrade: "websocket", ...bearer(key) } });
    webSocket?.accept();
    const closed = new Promise<CloseEvent>((resolve) => webSocket?.addEventListener("close", resolve));
    await revoke(id);
    expect((await closed).code).toBe(1012);
  });

  test("ends the sign-ins and the links that go back to it", async () => {
    const { id, key } = await make("to go");
    const linkOf = async (headers: Record<string, string>) =>
      ((await (await request("/api/auth/links", { method: "POST", headers })).json()) as { token: string }).token;
    const cookieBy = async (token: string) =>
      ((await request("/api/auth/sign-in", json({ token }))).headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const byKey = await signIn({ key });
    const byLink = await cookieBy(await linkOf(bearer(key)));
    const byItsLink = await cookieBy(await linkOf({ cookie: byLink, origin: "https://runlight.test" }));
    const other = await signIn(project);
    const unused = await linkOf(bearer(key));
    const seen = async () => {
      const cookies = [byKey, byLink, byItsLink, other];
      const answers = await Promise.all(cookies.map((cookie) => request("/api/runs", { headers: { cookie } })));
      return answers.map(({ status }) => status);
    };
    expect(await seen()).toEqual([200, 200, 200, 200]);
    expect(await revoke(id)).toEqual([204, ""]);
    expect(await seen()).toEqual([401, 401, 401, 200]);
    expect((await request("/api/auth/sign-in", json({ token: unused }))).status).toBe(401);
    const { results } = await env.DB.prepare("SELECT key_id FROM sign_ins WHERE project_id = ?").bind(project.id).all();
    expect(results).toEqual([{ key_id: await ownId() }]);
  });

  test("holds for a sign-in that was entered after it, by somebody whose key was still believed", async () => {
    const { id } = await make("to go");
    await revoke(id);
    const enter = (token: string, keyId: string | null) =>
      env.DB.prepare(
        "INSERT INTO sign_ins (hash, id, project_id, scopes, created_at, expires_at, key_id) VALUES (?, ?, ?, '[]', 0, ?, ?)",
      )
        .bind(hashSecret(token), token, project.id, Date.now() + 60_000, keyId)
        .run();
    await enter("rls_late", id);
    await enter("rls_of_an_earlier_version", null);
    expect(await authenticateCookie(env, "rls_late")).toBeNull();
    expect(await authenticateCookie(env, "rls_of_an_earlier_version")).toMatchObject({ projectId: project.id });
  });

  test("works once: what is unknown, revoked, or another project's, is not found", async () => {
    const { id } = await make("to go");
    const other = await newProject();
    const foreign = await other.json<{ id: string; key: string }>("/api/keys", json({ name: "x", scopes: ["read"] }));
    expect(await revoke(foreign.id)).toEqual([404, "not_found"]);
    expect((await request("/api/runs", { headers: bearer(foreign.key) })).status).toBe(200);
    expect(await revoke("key_unknown")).toEqual([404, "not_found"]);
    expect(await revoke("%27%20OR%201%3D1")).toEqual([404, "not_found"]);
    expect(await revoke("x".repeat(201))).toEqual([400, "invalid_request"]);
    const both = await Promise.all([revoke(id), revoke(id)]);
    expect(both.map(([status]) => status).sort()).toEqual([204, 404]);
    expect(await revoke(id)).toEqual([404, "not_found"]);
  });

  test("may be the last that a key does", async () => {
    expect(await revoke(await ownId())).toEqual([204, ""]);
    expect((await project.fetch("/api/keys")).status).toBe(401);
  });

  test("waits, for the deployment's own key, until another is in its place", async () => {
    const id = await ownId();
    const ctx: Ctx = {
      projectId: project.id,
      actor: { type: "system" },
      scopes: new Set(SCOPES),
      requestId: "r",
      env: { ...env, RUNLIGHT_API_KEY: project.key },
      waitUntil: () => {},
    };
    const managed = async (as: Ctx) => (await listKeys(as, { limit: 50 })).data.map((key) => key.managed_by);
    expect(await managed(ctx)).toEqual(["environment"]);
    await expect(revokeKey(ctx, id)).rejects.toMatchObject({ code: "conflict" });
    expect((await project.fetch("/api/runs")).status).toBe(200);
    const replaced = { ...ctx, env };
    expect(await managed(replaced)).toEqual(["api"]);
    await revokeKey(replaced, id);
    expect((await project.fetch("/api/runs")).status).toBe(401);
  });
});
