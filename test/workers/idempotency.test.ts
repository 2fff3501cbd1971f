import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { IdempotencyKeys } from "../../durable-objects/idempotency/object.ts";
import { idempotencyKeys } from "../../durable-objects/stubs.ts";
import { eventually, newKey, newProject, type TestProject } from "./helpers.ts";

interface Answer {
  status: number;
  replayed: boolean;
  body: unknown;
}

async function post(
  project: TestProject,
  path: string,
  body: unknown,
  idempotencyKey: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await project.fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": idempotencyKey, ...headers },
    body: JSON.stringify(body),
  });
  const replayed = answer.headers.get("idempotency-replayed") === "true";
  return { status: answer.status, replayed, body: await answer.json() };
}

/** The code of an answer that is an error. */
const codeOf = ({ body }: Answer) => (body as { error?: { code: string } }).error?.code;

/** Ten of the same at once, each sent again until it is told more than to wait. */
async function tenAtOnce(send: () => Promise<Answer>): Promise<Answer[]> {
  const settled = () => eventually(send, (answer) => codeOf(answer) !== "idempotency_in_progress");
  return Promise.all(Array.from({ length: 10 }, settled));
}

async function countOf(sql: string, ...values: string[]): Promise<number> {
  const row = await env.DB.prepare(sql)
    .bind(...values)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

const keysNamed = (project: TestProject, name: string) =>
  countOf("SELECT count(*) AS n FROM api_keys WHERE project_id = ? AND name = ?", project.id, name);

describe("Idempotency-Key", () => {
  test("makes one API key, which is shown again to who asked, and to nobody else", async () => {
    const project = await newProject();
    const wanted = { name: "made once", scopes: ["ingest"] };
    const first = await post(project, "/api/keys", wanted, "k");
    expect(first).toMatchObject({
      status: 201,
      replayed: false,
      body: { ...wanted, key: expect.stringMatching(/^rl_/) },
    });
    const again = await post(project, "/api/keys", wanted, "k");
    expect(again).toEqual({ ...first, replayed: true });

    const other = await post(project, "/api/keys", { ...wanted, scopes: ["read"] }, "k");
    expect([other.status, codeOf(other)]).toEqual([409, "idempotency_mismatch"]);
    // Not even to one that may make keys itself, and least of all to one that may not.
    for (const scope of ["admin", "read"] as const) {
      const authorization = `Bearer ${await newKey(project.id, [scope])}`;
      const theirs = await post(project, "/api/keys", wanted, "k", { authorization });
      expect([theirs.status, codeOf(theirs)]).toEqual([409, "idempotency_mismatch"]);
      expect(JSON.stringify(theirs.body)).not.toContain("rl_");
    }
    expect(await keysNamed(project, "made once")).toBe(1);
    // Another project's keys are others.
    const elsewhere = await post(await newProject(), "/api/keys", wanted, "k");
    expect(elsewhere).toMatchObject({ status: 201, replayed: false });
  });

  test("stores no secret that it has answered, nor what one could make of it", async () => {
    const project = await newProject();
    const made = await post(project, "/api/keys", { name: "secret", scopes: ["read"] }, "k");
    const link = await post(project, "/api/auth/links", {}, "l");
    const { key, id } = made.body as { key: string; id: string };
    const { token } = link.body as { token: string };
    const stored = await runInDurableObject(idempotencyKeys(env, project.id), (_: IdempotencyKeys, state) =>
      state.storage.sql.exec("SELECT * FROM keys ORDER BY key").toArray(),
    );
    expect(stored.map(({ key: name, status }) => [name, status])).toEqual([
      ["k", 201],
      ["l", 200],
    ]);
    const text = JSON.stringify(stored) + stored.map(({ body }) => atob(String(body))).join();
    for (const secret of [key, token, id, project.key]) expect(text).not.toContain(secret);
    expect(await post(project, "/api/auth/links", {}, "l")).toEqual({ ...link, replayed: true });
  });

  test("begins one job of repricing, even after that one is done", async () => {
    const project = await newProject();
    const window = { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" };
    const answers = await tenAtOnce(() => post(project, "/api/prices/reprice", window, "r"));
    const ids = answers.map(({ status, body }) => [status, (body as { id: string }).id]);
    const id = String(ids[0]?.[1]);
    expect(ids).toEqual(Array(10).fill([202, id]));
    await eventually(
      () => project.json<{ status: string }>(`/api/jobs/${id}`),
      ({ status }) => status === "success",
    );
    expect((await post(project, "/api/prices/reprice", window, "r")).body).toMatchObject({ id });
    expect((await project.json<{ data: unknown[] }>("/api/jobs")).data).toHaveLength(1);
    const later = { ...window, to: "2026-03-01T00:00:00Z" };
    expect(codeOf(await post(project, "/api/prices/reprice", later, "r"))).toBe("idempotency_mismatch");
  });

  test("of ten at once lets one make a key and one begin a run, and answers all the same", async () => {
    const project = await newProject();
    const keys = await tenAtOnce(() => post(project, "/api/keys", { name: "ten", scopes: ["read"] }, "a"));
    const runs = await tenAtOnce(() => post(project, "/api/runs", { name: "ten" }, "b"));
    for (const answers of [keys, runs]) {
      expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(answers[0]?.status).toBe(201);
    }
    expect(await keysNamed(project, "ten")).toBe(1);
    await eventually(
      () => project.json<{ data: unknown[] }>("/api/runs"),
      ({ data }) => data.length > 0,
    );
    expect((await project.json<{ data: unknown[] }>("/api/runs")).data).toHaveLength(1);
  });

  test("is taken by every POST of the API, and tells its query apart", async () => {
    const project = await newProject();
    const { paths } = await project.json<{ paths: Record<string, Record<string, unknown>> }>("/api/openapi.json");
    const posts = Object.keys(paths).filter((path) => paths[path]?.post && /^\/api\/(?!auth\/sign-)/.test(path));
    expect(posts).toEqual(
      expect.arrayContaining(["/api/keys", "/api/prices/reprice", "/api/dead-letters/{id}/replay", "/api/auth/links"]),
    );
    for (const path of posts) {
      const address = path.replaceAll(/\{\w+\}/g, "none");
      // No body that any of them would do much for.
      const first = await post(project, address, { name: 5 }, path);
      expect([path, first.replayed, first.status < 500]).toEqual([path, false, true]);
      const again = await post(project, address, { name: 5 }, path);
      expect([path, again.replayed, again.status, again.body]).toEqual([path, true, first.status, first.body]);
      expect(codeOf(await post(project, `${address}?a=1`, { name: 5 }, path))).toBe("idempotency_mismatch");
    }
  });

  test("leaves an answer that streams alone", async () => {
    const project = await newProject();
    const input = { threadId: "t", runId: "talk", messages: [], tools: [], context: [], state: {}, forwardedProps: {} };
    for (const _ of [1, 2]) {
      const answer = await project.fetch("/api/runs/talk/stream", {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": "stream" },
        body: JSON.stringify(input),
      });
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
      expect(answer.headers.get("idempotency-replayed")).toBeNull();
      // It speaks before the run has ended: nobody waits for all of it.
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
      expect((await reader.read()).value?.byteLength).toBeGreaterThan(0);
      await reader.cancel();
    }
  });
});
