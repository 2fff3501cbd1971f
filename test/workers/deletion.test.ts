import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { logAddress, projectJobs, runLog } from "../../durable-objects/stubs.ts";
import { openPack } from "../../src/blobs/packs.ts";
import { type DELETION_START, type DeletionResult, deleteStep } from "../../src/domain/deletion/step.ts";
import type { JobAnswer } from "../../src/domain/jobs/schema.ts";
import type { TidyResult } from "../../src/domain/retention/tidy-step.ts";
import type { Run } from "../../src/domain/runs/schema.ts";
import { projectToken } from "../../src/domain/search/docs.ts";
import worker from "../../src/index.ts";
import {
  callAttributes,
  eventually,
  hex,
  newProject,
  span,
  T0,
  type TestProject,
  type TestSpan,
  traces,
} from "./helpers.ts";

const TABLES = ["runs", "llm_calls", "segments", "run_labels", "run_peaks", "rollups", "artifacts"];

/** Every row of a project, but which pack a segment lies in: that changes when others of the pack are deleted. */
async function rowsOf(projectId: string) {
  const results = await env.DB.batch<Record<string, unknown>>(
    TABLES.map((table) => env.DB.prepare(`SELECT * FROM ${table} WHERE project_id = ?`).bind(projectId)),
  );
  const place = new Set(["pack", "byte_offset", "byte_length", "slice_from", "slice_to"]);
  const text = (row: object) => JSON.stringify(Object.entries(row).filter(([name]) => !place.has(name)));
  const { results: docs } = await env.DB.prepare("SELECT run_id, first_seq, text FROM search_docs WHERE project = ?")
    .bind(projectToken(projectId))
    .all<Record<string, unknown>>();
  return [...results.map(({ results: rows }) => rows), docs].map((rows, n) => [
    TABLES[n] ?? "docs",
    rows.map(text).sort(),
  ]);
}

async function objectsOf(projectId: string): Promise<string[]> {
  const listed = await Promise.all(
    [`packs/${projectId}/`, `artifacts/${projectId}/`].map((prefix) => env.BUCKET.list({ prefix })),
  );
  return listed.flatMap(({ objects }) => objects.map(({ key }) => key));
}

async function settled(project: TestProject, run = hex(16)) {
  await eventually(
    () => runLog(env, logAddress(env, project.id, run)).status(),
    ({ waitingRows }) => waitingRows === 0,
  );
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** One run of a user and a session, `hoursAgo` hours ago. */
function trace(traceId: string, user: string, hoursAgo = 0) {
  const at = -hoursAgo * 3_600_000;
  const root = span(traceId, `run of ${user}`, at, 1000, {
    attributes: [text("user.id", user), text("session.id", `session of ${user}`)],
  });
  return [
    root,
    span(traceId, "chat", at + 1, 400, { parentSpanId: root.spanId, attributes: callAttributes("gpt-4o", 10, 5) }),
  ];
}

async function finished<T>(project: TestProject, url: string): Promise<JobAnswer & { result: T }> {
  const job = await eventually(
    () => project.json<JobAnswer>(url),
    ({ status }) => status === "success" || status === "error",
    30_000,
  );
  expect(job).toMatchObject({ status: "success", error: null });
  return job as JobAnswer & { result: T };
}

async function del(project: TestProject, path: string): Promise<DeletionResult> {
  const response = await project.fetch(path, { method: "DELETE" });
  expect(response.status).toBe(202);
  const { url } = (await response.json()) as JobAnswer;
  return (await finished<DeletionResult>(project, url)).result;
}

async function events(project: TestProject, run: string) {
  return (await project.json<{ data: { seq: number; data: unknown }[] }>(`/api/runs/${run}/events`)).data;
}

describe("deleting", () => {
  test("a run leaves nothing of it, and everything of the others in its pack", async () => {
    const project = await newProject();
    const [mine, other] = [hex(16), hex(16)];
    await project.sendTraces(traces(trace(other, "b")));
    await settled(project);
    const before = await rowsOf(project.id);
    const kept = await events(project, other);
    await project.sendTraces(traces([...trace(mine, "a"), span(other, "late", 5, 5)]));
    await settled(project);
    const late = await events(project, other);
    expect(late.length).toBe(kept.length + 1);
    await project.fetch(`/api/runs/${mine}/artifacts/a.txt`, { method: "PUT", body: "bytes" });
    await settled(project);

    const result = await del(project, `/api/runs/${mine}`);
    expect(result).toMatchObject({ runs: 1, artifacts: 1, packs_rewritten: 2, packs_deleted: 2 });
    expect((await project.fetch(`/api/runs/${mine}`)).status).toBe(404);
    const found = async (word: string) =>
      (await project.json<{ data: Run[] }>(`/api/runs?q=${word}`)).data.map(({ id }) => id);
    expect([await found("of"), await found("a")]).toEqual([[other], []]);
    expect(await events(project, other)).toEqual(late);
    // No object holds a word of it.
    for (const key of await objectsOf(project.id)) {
      const pack = await openPack(env.BUCKET, key);
      expect(pack?.index.entries.map(({ run }) => run)).not.toContain(mine);
    }
    await del(project, `/api/runs/${other}`);
    expect(before.some(([, rows]) => (rows?.length ?? 0) > 0)).toBe(true);
    expect((await rowsOf(project.id)).map(([, rows]) => rows)).toEqual([...TABLES, "docs"].map(() => []));
    expect(await objectsOf(project.id)).toEqual([]);
  });

  test("a run leaves nothing of what it was called and where it was before its root came", async () => {
    const project = await newProject();
    const [mine, other] = [hex(16), hex(16)];
    const [root, call] = trace(mine, "a") as [TestSpan, TestSpan];
    await project.sendTraces(traces([span(mine, "first", 1_200_000, 5), ...trace(other, "b")]));
    await settled(project);
    const labels = async () => {
      const all = env.DB.prepare("SELECT label, slot FROM run_labels WHERE project_id = ?").bind(project.id);
      return (await all.all<{ label: string; slot: number }>()).results;
    };
    expect((await labels()).filter(({ label }) => label === "name:first")).toHaveLength(1);
    await project.sendTraces(traces([root, call]));
    await settled(project);
    expect(new Set((await labels()).map(({ slot }) => slot)).size).toBe(1);
    expect((await labels()).map(({ label }) => label)).not.toContain("name:first");
    expect((await labels()).map(({ label }) => label)).toEqual(
      expect.arrayContaining(["name:run of a", "name:run of b", "user:a", "user:b", "model:gpt-4o"]),
    );
    await del(project, `/api/runs/${mine}`);
    await del(project, `/api/runs/${other}`);
    expect((await rowsOf(project.id)).map(([, rows]) => rows)).toEqual([...TABLES, "docs"].map(() => []));
  });

  test("a user or a session goes, and the sums are as if they had never been", async () => {
    const project = await newProject();
    const runs = Array.from({ length: 12 }, (_, n) => ({ id: hex(16), user: `u${n % 3}` }));
    await project.sendTraces(
      traces(runs.filter(({ user }) => user === "u0").flatMap(({ id, user }) => trace(id, user))),
    );
    await settled(project);
    const only = await rowsOf(project.id);
    await project.sendTraces(
      traces(runs.filter(({ user }) => user !== "u0").flatMap(({ id, user }) => trace(id, user))),
    );
    await settled(project);
    expect(await del(project, "/api/users/u1")).toMatchObject({ runs: 4 });
    expect(await del(project, `/api/sessions/${encodeURIComponent("session of u2")}`)).toMatchObject({ runs: 4 });
    expect(await rowsOf(project.id)).toEqual(only);
    for (const { id, user } of runs) {
      expect((await project.fetch(`/api/runs/${id}`)).status).toBe(user === "u0" ? 200 : 404);
    }
    // A rebuild does not bring back what was deleted.
    const rebuild = await project.fetch("/api/rebuild", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"scope":"project"}',
    });
    const { result } = await finished<object>(project, ((await rebuild.json()) as JobAnswer).url);
    expect(result).toMatchObject({ recovered_parts: 0, corrected_runs: 0 });
    expect(await rowsOf(project.id)).toEqual(only);
  });

  test("each step can be done twice, and whoever reads meanwhile finds the other runs whole", async () => {
    const project = await newProject();
    const [mine, other] = [hex(16), hex(16)];
    await project.sendTraces(traces([...trace(mine, "a"), ...trace(other, "b")]));
    await settled(project);
    const whole = await events(project, other);
    let state: unknown = null;
    let result: unknown;
    for (let step = 0; result === undefined; step++) {
      expect(step).toBeLessThan(20);
      const input = { params: { user_id: "a" }, state, done: 0, total: null, created_at: Date.now() };
      await deleteStep(env, project.id, input);
      const left = await deleteStep(env, project.id, input);
      result = left.result;
      state = left.state;
      expect(await events(project, other)).toEqual(whole);
      if (left.wait) state = agedBy(state, left.wait);
    }
    expect(result).toMatchObject({ runs: 1, packs_rewritten: 1 });
    expect((await objectsOf(project.id)).length).toBe(1);
  });

  test("whoever watches the live lists is told which runs are gone", async () => {
    const project = await newProject();
    const [mine, other] = [hex(16), hex(16)];
    await project.sendTraces(traces([...trace(mine, "a"), ...trace(other, "b")]));
    await settled(project);
    const { webSocket } = await project.fetch("/ws?entities=Run", { headers: { upgrade: "websocket" } });
    const messages: object[] = [];
    webSocket?.addEventListener("message", ({ data }) => {
      messages.push(JSON.parse(data as string));
    });
    webSocket?.accept();
    await del(project, "/api/users/a");
    const gone = { entity: "Run", event_type: "delete", data: { id: mine }, timestamp: expect.stringMatching(/Z$/) };
    expect(messages).toEqual([gone]);
    webSocket?.close();
  });

  test("a run that grows while its deletion is at work leaves nothing behind either", async () => {
    const project = await newProject();
    const mine = hex(16);
    const [root, call] = trace(mine, "a");
    await project.sendTraces(traces([root as TestSpan]));
    await settled(project);
    const input = { params: { run_id: mine }, done: 0, total: null, created_at: Date.now() };
    const picked = await deleteStep(env, project.id, { ...input, state: null });
    await project.sendTraces(traces([call as TestSpan]));
    await project.fetch(`/api/runs/${mine}/artifacts/late.txt`, { method: "PUT", body: "late" });
    await settled(project);
    expect((await objectsOf(project.id)).length).toBeGreaterThan(2);
    let { state, result, wait } = picked;
    for (let step = 0; result === undefined; step++) {
      expect(step).toBeLessThan(20);
      ({ state, result, wait } = await deleteStep(env, project.id, { ...input, state }));
      if (wait) state = agedBy(state, wait);
    }
    expect(await objectsOf(project.id)).toEqual([]);
    expect((await rowsOf(project.id)).map(([, rows]) => rows)).toEqual([...TABLES, "docs"].map(() => []));
  });

  test("a run that comes again after it was deleted is a new one", async () => {
    const project = await newProject();
    const id = hex(16);
    const spans = trace(id, "a");
    await project.sendTraces(traces(spans));
    await settled(project);
    await del(project, `/api/runs/${id}`);
    await project.sendTraces(traces(spans));
    await settled(project);
    expect((await events(project, id)).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await project.json<Run>(`/api/runs/${id}`)).toMatchObject({ span_count: 2, first_seq: 1, last_seq: 2 });
  });

  test("what is not there, another's, or without the scope", async () => {
    const [project, other, reader] = await Promise.all([newProject(), newProject(), newProject(["read", "ingest"])]);
    const id = hex(16);
    await project.sendTraces(traces(trace(id, "a")));
    await settled(project);
    for (const path of [`/api/runs/${id}`, "/api/users/a", "/api/sessions/none"]) {
      expect((await other.fetch(path, { method: "DELETE" })).status).toBe(404);
      expect((await reader.fetch(path, { method: "DELETE" })).status).toBe(403);
    }
    expect((await project.fetch(`/api/runs/${id}`)).status).toBe(200);
  });
});

describe("retention", () => {
  test("deletes once a day what began before, and was not heard of since, and says so", async () => {
    const project = await newProject();
    const [old, heard, young] = [hex(16), hex(16), hex(16)];
    await project.sendTraces(
      traces([...trace(old, "a", 24 * 40), ...trace(heard, "b", 24 * 40), ...trace(young, "c")]),
    );
    await settled(project);
    const month = Date.now() - 40 * 86_400_000;
    await env.DB.prepare("UPDATE runs SET seen_at = ? WHERE project_id = ? AND id = ?")
      .bind(month, project.id, old)
      .run();
    const tidy = async (): Promise<TidyResult> => {
      const ctx = createExecutionContext();
      await worker.scheduled(createScheduledController({ cron: "17 3 * * *", scheduledTime: new Date() }), env);
      await waitOnExecutionContext(ctx);
      const { jobs } = await projectJobs(env, project.id).list(1, null);
      expect(jobs[0]?.kind).toBe("tidy");
      return (await finished<TidyResult>(project, `/api/jobs/${jobs[0]?.id}`)).result;
    };
    expect(await tidy()).toMatchObject({ runs: 0, retention_days: null, deleted_before: null });
    await project.fetch("/api/settings", {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ retention_days: 30 }),
    });
    expect(await tidy()).toMatchObject({ runs: 1, retention_days: 30, deleted_before: expect.stringMatching(/^20/) });
    const status = async (id: string) => (await project.fetch(`/api/runs/${id}`)).status;
    expect([await status(old), await status(heard), await status(young)]).toEqual([404, 200, 200]);
  });

  test("prunes sums by the minute, and counts hours on", async () => {
    const project = await newProject();
    const id = hex(16);
    await project.sendTraces(traces(trace(id, "a", 1)));
    await settled(project);
    const old = Math.floor(Number(T0 / 1_000_000_000n) / 60) * 60 - 3 * 86_400;
    await env.DB.prepare("UPDATE rollups SET slot = ? WHERE project_id = ? AND series IN ('call_minute', 'run_minute')")
      .bind(old, project.id)
      .run();
    const { id: job } = await projectJobs(env, project.id).start(project.id, {
      job_key: "tidy",
      kind: "tidy",
      params: "{}",
    });
    expect((await finished<TidyResult>(project, `/api/jobs/${job}`)).result).toMatchObject({ minutes_pruned: 2 });
    const { results } = await env.DB.prepare("SELECT DISTINCT series FROM rollups WHERE project_id = ? ORDER BY 1")
      .bind(project.id)
      .all();
    expect(results.map(({ series }) => series)).toEqual(["call_day", "call_hour", "call_user", "run_day", "run_hour"]);
  });
});

/** As if the graves had waited. */
function agedBy(state: unknown, ms: number): unknown {
  const { graves, ...rest } = state as typeof DELETION_START;
  return { ...rest, graves: graves.map(({ key, at }) => ({ key, at: at - ms - 1 })) };
}
