import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { logAddress, runLog } from "../../durable-objects/stubs.ts";
import { dbFor } from "../../src/db/db.ts";
import type { JobAnswer } from "../../src/domain/jobs/schema.ts";
import { groupCalls, readCalls, type StoredCall } from "../../src/domain/projection/calls.ts";
import type { RebuildResult } from "../../src/domain/rebuild/step.ts";
import type { Run } from "../../src/domain/runs/schema.ts";
import { projectToken } from "../../src/domain/search/docs.ts";
import {
  callAttributes,
  eventually,
  hex,
  newProject,
  projectedRun,
  record,
  span,
  type TestProject,
  traces,
} from "./helpers.ts";

const TABLES = ["runs", "llm_calls", "segments", "run_labels", "run_peaks", "rollups"];

/** Every row that a project has in the projections, in a fixed order. */
async function rowsOf(projectId: string) {
  const results = await dbFor(env, projectId).batch<Record<string, unknown>>([
    ...TABLES.map((table) =>
      dbFor(env, projectId).prepare(`SELECT * FROM ${table} WHERE project_id = ?`).bind(projectId),
    ),
    // Through the segments that point to them.
    dbFor(env, projectId)
      .prepare(
        `SELECT s.run_id, s.first_seq, d.text FROM segments AS s JOIN search_docs AS d ON d.rowid = s.doc AND d.run_id = s.run_id
       AND d.first_seq = s.first_seq AND d.project = ? WHERE s.project_id = ?`,
      )
      .bind(projectToken(projectId), projectId),
    dbFor(env, projectId)
      .prepare("SELECT run_id, first_seq, text FROM search_docs WHERE project = ?")
      .bind(projectToken(projectId)),
  ]);
  const text = (row: Record<string, unknown>) => JSON.stringify(row);
  // The number of a doc says when its run began as far as was known when the part came, which is not in the log.
  const sorted = results.map(({ results: rows }) =>
    rows.map(({ doc: _, ...row }) => row).sort((one, other) => (text(one) < text(other) ? -1 : 1)),
  );
  return Object.fromEntries([...TABLES, "pointed_docs", "docs"].map((name, n) => [name, sorted[n] ?? []]));
}

/** Writes what the parts of a run hold of its calls anew. */
async function changeCalls(projectId: string, runId: string, change: (calls: StoredCall[]) => StoredCall[]) {
  const db = dbFor(env, projectId);
  const { results } = await db
    .prepare("SELECT first_seq, calls FROM segments WHERE project_id = ? AND run_id = ? AND calls IS NOT NULL")
    .bind(projectId, runId)
    .all<{ first_seq: number; calls: string }>();
  expect(results.length).toBeGreaterThan(0);
  for (const { first_seq, calls } of results) {
    const changed = change(readCalls(calls));
    const counted = new Set(changed.filter((each) => each.counted).map(({ call }) => call.span_id));
    const text = JSON.stringify(
      groupCalls(
        changed.map(({ call }) => call),
        counted,
      ),
    );
    await db
      .prepare("UPDATE segments SET calls = ? WHERE project_id = ? AND run_id = ? AND first_seq = ?")
      .bind(text, projectId, runId, first_seq)
      .run();
  }
}

async function dropRows(projectId: string) {
  await dbFor(env, projectId).batch([
    ...TABLES.filter((table) => table !== "llm_calls").map((table) =>
      dbFor(env, projectId).prepare(`DELETE FROM ${table} WHERE project_id = ?`).bind(projectId),
    ),
    dropDocs(projectId),
  ]);
}

const dropDocs = (projectId: string) =>
  dbFor(env, projectId).prepare("DELETE FROM search_docs WHERE project = ?").bind(projectToken(projectId));

async function rebuild(project: TestProject, body: object): Promise<JobAnswer & { result: RebuildResult }> {
  const response = await project.fetch("/api/rebuild", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(202);
  const { url } = (await response.json()) as JobAnswer;
  const job = await eventually(
    () => project.json<JobAnswer>(url),
    ({ status }) => status === "success" || status === "error",
    20_000,
  );
  expect(job).toMatchObject({ status: "success", error: null });
  return job as JobAnswer & { result: RebuildResult };
}

async function settled(project: TestProject, runId: string) {
  await eventually(
    () => runLog(env, logAddress(env, project.id, runId)).status(),
    ({ waitingRows }) => waitingRows === 0,
  );
}

const post = (project: TestProject, path: string, body: unknown) =>
  project.fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** A project with runs of every kind of event, in several parts, some sent twice. */
async function filledProject() {
  const project = await newProject();
  const trace = hex(16);
  const root = span(trace, "root", 0, 1000);
  const wrapper = span(trace, "wrapper", 1, 500, {
    parentSpanId: root.spanId,
    attributes: callAttributes("gpt-4o", 10, 5),
  });
  const call = span(trace, "chat", 2, 400, {
    parentSpanId: wrapper.spanId,
    attributes: callAttributes("gpt-4o", 10, 5),
  });
  await project.sendTraces(traces([wrapper]));
  await projectedRun(project, trace, 1);
  await project.sendTraces(traces([wrapper, call]));
  await projectedRun(project, trace, 2);
  await project.sendTraces(traces([root]));
  await projectedRun(project, trace, 3);
  // Its events have no time that counts for the run.
  const silent = hex(16);
  const logs = [
    record(silent, hex(8), "gen_ai.user.message", {
      kvlistValue: { values: [{ key: "content", value: { stringValue: "hello" } }] },
    }),
  ];
  expect(
    (await post(project, "/v1/logs", { resourceLogs: [{ resource: {}, scopeLogs: [{ logRecords: logs }] }] })).status,
  ).toBe(200);
  await settled(project, silent);
  const agent = `agent-${hex(4)}`;
  await post(project, "/api/runs", {
    id: agent,
    kind: "reasoning",
    name: "an agent",
    session_id: "s",
    user_id: "u",
    tags: ["b", "a"],
    metadata: { k: 1 },
  });
  const started = "1795228868661123457";
  await post(project, `/api/runs/${agent}/events`, {
    events: [
      { type: "SPAN_STARTED", data: { span_id: "00000000000000aa", name: "work", start_time_unix_nano: started } },
      { id: "mine", type: "CUSTOM", data: { name: "n", value: { deep: [1, "2"] } } },
      { type: "TOOL_CALL_START", data: { toolCallId: "t1", toolCallName: "search" } },
    ],
  });
  await post(project, `/api/runs/${agent}/events`, {
    events: [
      { id: "mine", type: "CUSTOM", data: { name: "n", value: { deep: [1, "2"] } } },
      {
        type: "SPAN",
        data: {
          span_id: "00000000000000aa",
          name: "work",
          start_time_unix_nano: started,
          end_time_unix_nano: "1795228869661123457",
          attributes: {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.usage.input_tokens": 7,
            "gen_ai.usage.output_tokens": 3,
          },
        },
      },
      { type: "RUN_FINISHED", data: { result: "done" } },
    ],
  });
  await settled(project, agent);
  await settled(project, trace);
  return { project, trace, silent, agent };
}

describe("rebuilding the projections", () => {
  test("makes the same rows from the packs alone, and finds nothing to correct in them", async () => {
    const { project, trace, agent } = await filledProject();
    const before = await rowsOf(project.id);
    expect(["runs", "llm_calls", "segments"].map((table) => before[table]?.length)).toEqual([3, 3, 7]);
    await dropRows(project.id);
    const { result, done, total } = await rebuild(project, { scope: "project" });
    expect(await rowsOf(project.id)).toEqual(before);
    expect(result).toMatchObject({
      recovered_parts: 7,
      runs: 3,
      corrected_runs: 0,
      unreadable_runs: 0,
      damaged_packs: [],
    });
    expect([done, total]).toEqual([result.packs + 3, result.packs + 3]);

    const again = await rebuild(project, { scope: "project" });
    expect(again.result).toMatchObject({ recovered_parts: 0, runs: 3, corrected_runs: 0 });
    expect(await rowsOf(project.id)).toEqual(before);
    expect((await project.json<Run>(`/api/runs/${trace}`)).llm_call_count).toBe(1);
    expect(await project.json<Run>(`/api/runs/${agent}`)).toMatchObject({
      kind: "reasoning",
      name: "an agent",
      tool_call_count: 1,
    });
  });

  test("puts rows right that are not what the log says, and keeps costs that were computed since", async () => {
    const { project, trace, agent } = await filledProject();
    await changeCalls(project.id, trace, (calls) =>
      calls.map(({ call, counted }) => ({
        call: counted ? { ...call, cost_nano_usd: 42, price_version: "later" } : call,
        counted,
      })),
    );
    await rebuild(project, { scope: "project" });
    const before = await rowsOf(project.id);
    expect(await project.json<Run>(`/api/runs/${trace}`)).toMatchObject({ cost_usd: 42e-9, price_version: "later" });

    await dbFor(env, project.id).batch([
      dbFor(env, project.id)
        .prepare("UPDATE runs SET name = 'wrong', span_count = 99, tags = '[]' WHERE project_id = ? AND id = ?")
        .bind(project.id, trace),
      dbFor(env, project.id)
        .prepare("UPDATE segments SET links = NULL WHERE project_id = ? AND run_id = ?")
        .bind(project.id, agent),
    ]);
    await changeCalls(project.id, trace, (calls) => calls.map(({ call, counted }) => ({ call, counted: !counted })));
    await changeCalls(project.id, agent, (calls) =>
      calls.flatMap((each) => [each, { ...each, call: { ...each.call, span_id: "ffffffffffffffff" } }]),
    );
    const { result } = await rebuild(project, { scope: "project" });
    expect(result).toMatchObject({ recovered_parts: 0, corrected_runs: 2 });
    // What is counted was counted by the wrong rows: that takes a recount.
    const { rollups: _, pointed_docs: _pointed, docs: _docs, ...after } = await rowsOf(project.id);
    expect(before).toMatchObject(after);
  });

  test("makes what can be searched for anew, whatever is lost of it", async () => {
    const { project, trace, agent } = await filledProject();
    const before = await rowsOf(project.id);
    expect(before.docs?.length).toBeGreaterThan(3);
    expect(before.pointed_docs).toEqual(before.docs);
    await dropDocs(project.id).run();
    await rebuild(project, { scope: "run", run_id: agent });
    const its = before.pointed_docs?.filter((row) => row.run_id === agent);
    expect((await rowsOf(project.id)).pointed_docs).toEqual(its);
    // As if they were written before there was a search.
    await dbFor(env, project.id)
      .prepare("UPDATE segments SET doc = NULL WHERE project_id = ? AND run_id = ?")
      .bind(project.id, trace)
      .run();
    const { result } = await rebuild(project, { scope: "project" });
    expect(result).toMatchObject({ corrected_runs: 0 });
    expect(await rowsOf(project.id)).toEqual(before);
    await rebuild(project, { scope: "project" });
    expect(await rowsOf(project.id)).toEqual(before);
    const { data } = await project.json<{ data: Run[] }>("/api/runs?q=wrapper");
    expect(data.map(({ id }) => id)).toEqual([trace]);
  });

  test("brings the rows of artifacts back, and believes no event that names what is not the run's", async () => {
    const project = await newProject();
    const put = (name: string, body: string) =>
      project.fetch(`/api/runs/made/artifacts/${name}`, {
        method: "PUT",
        headers: { "content-type": "text/plain", "x-entity-type": "report", "x-tags": '{"a":"b"}' },
        body,
      });
    for (const body of ["first", "second", "first"]) expect((await put("report.txt", body)).ok).toBe(true);
    await put("other.txt", "alone");
    const rows = async () =>
      (
        await dbFor(env, project.id)
          .prepare("SELECT * FROM artifacts WHERE project_id = ? ORDER BY id")
          .bind(project.id)
          .all()
      ).results;
    const before = await rows();
    expect(before.map(({ latest }) => latest)).toContain(0);
    const { results: events } = await dbFor(env, project.id)
      .prepare("SELECT id, sha256 FROM artifacts WHERE project_id = ?")
      .bind(project.id)
      .all();
    const forged = {
      artifact_id: events[0]?.id,
      name: "x",
      sha256: events[0]?.sha256,
      size: 1,
      content_type: "text/html",
      entity_type: null,
      tags: {},
      upload: crypto.randomUUID(),
    };
    expect(
      (await post(project, "/api/runs/made/events", { events: [{ type: "ARTIFACT_CREATED", data: forged }] })).status,
    ).toBe(200);
    await settled(project, "made");
    await dropRows(project.id);
    await dbFor(env, project.id).prepare("DELETE FROM artifacts WHERE project_id = ?").bind(project.id).run();
    await rebuild(project, { scope: "project" });
    expect(await rows()).toEqual(before);
  });

  test("counts all anew beside what is shown, and then shows that", async () => {
    const { project, agent } = await filledProject();
    const before = await rowsOf(project.id);
    await dbFor(env, project.id)
      .prepare("UPDATE rollups SET count = count + 7, latency = '{}' WHERE project_id = ?")
      .bind(project.id)
      .run();
    const recounted = await rebuild(project, { scope: "project", recount: true });
    expect(recounted.result).toMatchObject({ corrected_runs: 0, recounted_runs: 3 });
    const newer = (rows: Record<string, unknown>[] = []) => rows.map((row) => ({ ...row, generation: 2 }));
    expect((await rowsOf(project.id)).rollups).toEqual(newer(before.rollups));
    // A run that goes on is taken out of the new count and into it again, a little longer.
    await post(project, `/api/runs/${agent}/events`, {
      events: [{ type: "CUSTOM", data: { name: "late", value: 1 } }],
    });
    await settled(project, agent);
    const timeless = (rows: Record<string, unknown>[] = []) =>
      rows.map(({ duration_us: _, latency, ...row }) => ({
        ...row,
        timed: Object.values(JSON.parse(String(latency)) as Record<string, number>),
      }));
    expect(timeless((await rowsOf(project.id)).rollups)).toEqual(timeless(newer(before.rollups)));
    expect((await rebuild(project, { scope: "project" })).result).toMatchObject({
      corrected_runs: 0,
      recounted_runs: 0,
    });
  });

  test("of one run touches no other", async () => {
    const { project, trace, agent } = await filledProject();
    const before = await rowsOf(project.id);
    await dbFor(env, project.id).prepare("UPDATE runs SET name = 'wrong' WHERE project_id = ?").bind(project.id).run();
    await dbFor(env, project.id)
      .prepare("DELETE FROM segments WHERE project_id = ? AND run_id = ?")
      .bind(project.id, trace)
      .run();
    await dbFor(env, project.id)
      .prepare("DELETE FROM runs WHERE project_id = ? AND id = ?")
      .bind(project.id, trace)
      .run();
    const { result } = await rebuild(project, { scope: "run", run_id: trace });
    expect(result).toMatchObject({ runs: 1, recovered_parts: 3 });
    const after = await rowsOf(project.id);
    const only = (rows: Record<string, unknown>[] = [], id: string) =>
      rows.filter((row) => (row.run_id ?? row.id) === id);
    for (const table of ["runs", "llm_calls", "segments"]) {
      expect(only(after[table], trace)).toEqual(only(before[table], trace));
    }
    expect(only(after.runs, agent)[0]).toMatchObject({ name: "wrong" });
  });

  test("takes in what comes while D1 has nothing, and gives what is double a number of its own", async () => {
    const { project, trace, agent } = await filledProject();
    const before = await rowsOf(project.id);
    await dropRows(project.id);
    // The object knows its numbers: the new event is the ninth.
    await post(project, `/api/runs/${agent}/events`, {
      events: [{ type: "CUSTOM", data: { name: "late", value: 1 } }],
    });
    await settled(project, agent);
    expect(await project.json<Run>(`/api/runs/${agent}`)).toMatchObject({ event_count: 1 });
    // Another log under the numbers of the first: as if the object had forgotten the run as well.
    await dbFor(env, project.id)
      .prepare(
        `INSERT INTO segments (project_id, run_id, first_seq, last_seq, batch_id, pack, byte_offset, byte_length, slice_from, slice_to)
       SELECT project_id, ?, 1, 1, batch_id, pack, byte_offset, byte_length, slice_from, slice_to FROM segments WHERE project_id = ? AND run_id = ?`,
      )
      .bind(trace, project.id, agent)
      .run();
    await dbFor(env, project.id)
      .prepare(
        `INSERT INTO runs (project_id, id, kind, name, tags, metadata, outcome, started_ns, event_count, span_count, error_count, tool_call_count, llm_call_count, models, providers, last_seq, seen_at)
       VALUES (?, ?, 'trace', '', '[]', '{}', 0, 1795228868661123457, 1, 0, 0, 0, 0, '[]', '[]', 1, 1)`,
      )
      .bind(project.id, trace)
      .run();
    await rebuild(project, { scope: "project" });
    const agentRun = await project.json<Run>(`/api/runs/${agent}`);
    const count = (before.runs ?? []).find((row) => row.id === agent)?.event_count as number;
    expect(agentRun).toMatchObject({
      kind: "reasoning",
      name: "an agent",
      event_count: count + 1,
      last_seq: count + 1,
    });
    const seqs = async (run: string) =>
      (await project.json<{ data: { seq: number }[] }>(`/api/runs/${run}/events`)).data.map(({ seq }) => seq);
    expect(await seqs(agent)).toEqual(Array.from({ length: count + 1 }, (_, n) => n + 1));
    // One that was there, and the trace's own three.
    expect(await project.json<Run>(`/api/runs/${trace}`)).toMatchObject({ event_count: 4, span_count: 3 });
    expect(await seqs(trace)).toEqual([1, 2, 3, 4]);
  });

  test("goes round a pack that nobody can read, and says so; rows without a log stay", async () => {
    const { project, trace, agent } = await filledProject();
    const { results } = await dbFor(env, project.id)
      .prepare("SELECT DISTINCT pack FROM segments WHERE project_id = ? AND run_id = ?")
      .bind(project.id, agent)
      .all<{ pack: string }>();
    await dropRows(project.id);
    for (const { pack } of results) await env.BUCKET.put(pack, "no pack at all, only words");
    await dbFor(env, project.id)
      .prepare(
        `INSERT INTO runs (project_id, id, kind, name, tags, metadata, outcome, started_ns, event_count, span_count, error_count, tool_call_count, llm_call_count, models, providers, last_seq, seen_at)
       VALUES (?, 'ghost', 'trace', 'a ghost', '[]', '{}', 1, 5, 1, 0, 0, 0, 0, '[]', '[]', 1, 1)`,
      )
      .bind(project.id)
      .run();
    const { result } = await rebuild(project, { scope: "project" });
    expect(result.damaged_packs.toSorted()).toEqual(results.map(({ pack }) => pack).toSorted());
    expect(result).toMatchObject({ unreadable_runs: 1, unreadable: ["ghost"] });
    expect((await project.fetch(`/api/runs/${trace}`)).status).toBe(200);
    expect(await project.json<Run>("/api/runs/ghost")).toMatchObject({ name: "a ghost" });
  });

  test("is for admins, and of the deployment for its operator", async () => {
    const reader = await newProject(["read", "write", "ingest"]);
    expect((await post(reader, "/api/rebuild", { scope: "project" })).status).toBe(403);
    const admin = await newProject();
    expect((await post(admin, "/api/rebuild", { scope: "deployment" })).status).toBe(403);
    expect((await post(admin, "/api/rebuild", { scope: "run" })).status).toBe(400);
  });
});
