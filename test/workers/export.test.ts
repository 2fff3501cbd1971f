import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Artifact } from "../../src/domain/artifacts/schema.ts";
import type { ExportResult } from "../../src/domain/exports/schema.ts";
import { exportStep } from "../../src/domain/exports/step.ts";
import type { JobAnswer } from "../../src/domain/jobs/schema.ts";
import type { StepResult } from "../../src/domain/jobs/step.ts";
import type { LlmCall, Run, SpanDetail, SpanRow } from "../../src/domain/runs/schema.ts";
import type { RunEvent } from "../../src/events/event.ts";
import claudeCode from "../fixtures/otlp/claude-code/request-1.body?raw";
import genkit from "../fixtures/otlp/genkit/request-1.body?raw";
import langfuse from "../fixtures/otlp/langfuse/request-1.body?raw";
import mastra from "../fixtures/otlp/mastra-otel/request-1.body?raw";
import anthropic from "../fixtures/otlp/openinference-anthropic/request-1.body?raw";
import openlit from "../fixtures/otlp/openlit/request-1.body?raw";
import plain from "../fixtures/otlp/otel-json-plain/request-1.body?raw";
import {
  callAttributes,
  eventually,
  hex,
  logs,
  newKey,
  newProject,
  record,
  span,
  type TestProject,
  traces,
} from "./helpers.ts";

const JSON_TYPE = { "content-type": "application/json" };
/** Milliseconds for tests that move many bytes, on a machine that does other things as well. */
const PATIENT = 60_000;

function ask(project: TestProject, run: string, body: unknown, headers: Record<string, string> = {}) {
  const init = { method: "POST", headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) };
  return project.fetch(`/api/runs/${run}/export`, init);
}

async function exported(project: TestProject, run: string, format: string): Promise<ExportResult> {
  const response = await ask(project, run, { format });
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as JobAnswer;
  const job = await eventually(
    () => project.json<JobAnswer>(`/api/jobs/${id}`),
    ({ status }) => status === "success" || status === "error",
  );
  expect(job).toMatchObject({ status: "success", kind: "export", error: null });
  const result = job.result as ExportResult;
  expect([job.done, job.total]).toEqual([result.events, result.events]);
  return result;
}

async function download(project: TestProject, { url }: ExportResult): Promise<string> {
  const response = await project.fetch(url);
  expect(response.status).toBe(200);
  return new TextDecoder().decode(await response.arrayBuffer());
}

async function eventsOf(project: TestProject, run: string): Promise<RunEvent[]> {
  const all: RunEvent[] = [];
  for (;;) {
    const page = await project.json<{ data: RunEvent[]; next_cursor: string | null }>(
      `/api/runs/${run}/events?limit=1000&after=${all.length}`,
    );
    all.push(...page.data);
    if (page.next_cursor === null) return all;
  }
}

function append(project: TestProject, run: string, events: unknown[]) {
  return project.fetch(`/api/runs/${run}/events`, {
    method: "POST",
    headers: JSON_TYPE,
    body: JSON.stringify({ events }),
  });
}

const note = (value: unknown) => ({ type: "CUSTOM", data: { name: "note", value } });

const blobs = async (project: TestProject) =>
  (await env.BUCKET.list({ prefix: `artifacts/${project.id}/` })).objects.map(({ key }) => key);

const artifactsOf = async (project: TestProject, run: string) =>
  (await project.json<{ data: Artifact[] }>(`/api/runs/${run}/artifacts`)).data;

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("an export", () => {
  test("as JSONL has the log's events, a line each, and leaves the log as it was", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const call = span(traceId, "chat", 0, 10, { attributes: callAttributes("gpt-4o-mini", 5, 6) });
    await project.sendTraces(traces([call, span(traceId, "tool", 10)]));
    await append(project, traceId, [note("ä\u2028🌍"), note({ deep: [1, null, 0.1] })]);
    const before = await eventsOf(project, traceId);
    const result = await exported(project, traceId, "jsonl");
    const text = await download(project, result);
    expect(text).toBe(before.map((event) => `${JSON.stringify(event)}\n`).join(""));
    expect(result).toEqual({
      artifact_id: expect.stringMatching(/^art_/),
      url: `/api/artifacts/${result.artifact_id}`,
      name: `export/${traceId}.jsonl`,
      size: new TextEncoder().encode(text).byteLength,
      sha256: sha256(text),
      format: "jsonl",
      events: 4,
      spans: 2,
    });
    expect(await artifactsOf(project, traceId)).toEqual([
      {
        id: result.artifact_id,
        run_id: traceId,
        name: result.name,
        sha256: result.sha256,
        size: result.size,
        content_type: "application/x-ndjson",
        entity_type: "export",
        tags: { format: "jsonl" },
        created_at: expect.any(String),
        url: result.url,
      },
    ]);
    expect(await eventsOf(project, traceId)).toEqual(before);
  });

  test("of the same log again is the same artifact; of a longer one it is a newer version", async () => {
    const project = await newProject();
    await append(project, "r1", [note(1)]);
    const first = await exported(project, "r1", "jsonl");
    expect(await exported(project, "r1", "jsonl")).toEqual(first);
    expect(await blobs(project)).toHaveLength(1);
    await append(project, "r1", [note(2)]);
    const second = await exported(project, "r1", "jsonl");
    expect(second).toMatchObject({ events: 2, name: first.name });
    expect((await artifactsOf(project, "r1")).map(({ id }) => id)).toEqual([second.artifact_id]);
    expect((await download(project, first)).trim().split("\n")).toHaveLength(1);
  });

  test("as OTLP leaves out what is no span, and says how much", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const one = span(traceId, "one");
    await append(project, traceId, [note("first"), { type: "STEP_STARTED", data: { stepName: "plan" } }]);
    await project.sendTraces(traces([one]));
    const said = { kvlistValue: { values: [{ key: "content", value: { stringValue: "Hi" } }] } };
    const body = JSON.stringify(logs([record(traceId, one.spanId, "gen_ai.user.message", said)]));
    expect((await project.fetch("/v1/logs", { method: "POST", headers: JSON_TYPE, body })).status).toBe(200);
    const result = await exported(project, traceId, "otlp");
    expect(result).toMatchObject({ name: `export/${traceId}.otlp.json`, events: 4, spans: 1, left_out: 3 });
    const { traceId: _, ...rest } = one;
    expect(JSON.parse(await download(project, result))).toEqual({
      resourceSpans: [
        {
          resource: { attributes: [{ key: "service.name", value: { stringValue: "test-service" } }] },
          scopeSpans: [
            { scope: { name: "test", version: "" }, spans: [{ traceId, ...rest, kind: 0, status: { code: 0 } }] },
          ],
        },
      ],
    });
  });

  test("of a run that is not there begins no job", async () => {
    const project = await newProject();
    const other = await newProject();
    await append(other, "r1", [note(1)]);
    const response = await ask(project, "r1", { format: "jsonl" });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: "run_not_found" } });
    expect((await project.json<{ data: unknown[] }>("/api/jobs")).data).toEqual([]);
  });

  test("takes the scope to write, and one of the two formats", async () => {
    const project = await newProject();
    await append(project, "r1", [note(1)]);
    const authorization = `Bearer ${await newKey(project.id, ["read", "ingest"])}`;
    expect((await ask(project, "r1", { format: "jsonl" }, { authorization })).status).toBe(403);
    for (const body of [{}, { format: "csv" }, { format: "jsonl", more: 1 }, []]) {
      expect((await ask(project, "r1", body)).status).toBe(400);
    }
    expect((await project.json<{ data: unknown[] }>("/api/jobs")).data).toEqual([]);
  });

  test("with an Idempotency-Key is one job", async () => {
    const project = await newProject();
    await append(project, "r1", [note(1)]);
    const key = { "idempotency-key": "once" };
    const first = (await (await ask(project, "r1", { format: "jsonl" }, key)).json()) as JobAnswer;
    expect(await (await ask(project, "r1", { format: "jsonl" }, key)).json()).toEqual(first);
    expect((await project.json<{ data: unknown[] }>("/api/jobs")).data).toHaveLength(1);
  });

  test("whose bytes somebody uploads as well has still no event", async () => {
    const project = await newProject();
    await append(project, "r1", [note(1)]);
    const result = await exported(project, "r1", "jsonl");
    const response = await project.fetch(`/api/runs/r1/artifacts/${encodeURIComponent(result.name)}`, {
      method: "PUT",
      body: await download(project, result),
    });
    expect([response.status, ((await response.json()) as Artifact).id]).toEqual([200, result.artifact_id]);
    expect((await eventsOf(project, "r1")).map(({ type }) => type)).toEqual(["CUSTOM"]);
  });
});

interface Understood {
  run: Partial<Run>;
  spans: (Partial<SpanDetail> | undefined)[];
  calls: LlmCall[];
}

/** All that a project answers of a run, but for when it was heard of and the log records that are no spans. */
async function understood(project: TestProject, run: string): Promise<Understood> {
  const { seen_at: _, ...known } = await project.json<Run>(`/api/runs/${run}`);
  const { data } = await project.json<{ data: SpanRow[] }>(`/api/runs/${run}/spans`);
  const spans = await Promise.all(
    data.map(({ span_id }) => project.json<SpanDetail>(`/api/runs/${run}/spans/${span_id}`)),
  );
  const calls = (await project.json<{ data: LlmCall[] }>(`/api/runs/${run}/llm-calls`)).data;
  return { run: known, spans, calls };
}

describe("what is exported as OTLP and sent to another project is the same run", () => {
  const sets = { claudeCode, genkit, langfuse, mastra, anthropic, openlit, plain };

  test.each(Object.entries(sets))("%s", async (_, body) => {
    const [from, to] = await Promise.all([newProject(), newProject()]);
    const sent = await from.sendTraces(JSON.parse(body));
    expect(sent.status).toBe(200);
    const { data: runs } = await eventually(
      () => from.json<{ data: Run[] }>("/api/runs"),
      ({ data }) => data.length > 0,
    );
    for (const { id } of runs) {
      const document = await download(from, await exported(from, id, "otlp"));
      const answer = await to.fetch("/v1/traces", { method: "POST", headers: JSON_TYPE, body: document });
      expect([answer.status, await answer.json()]).toEqual([200, {}]);
      expect(await understood(to, id)).toEqual(await understood(from, id));
      expect(await eventsOf(to, id)).toEqual(await eventsOf(from, id));
    }
  });
});

describe("the job's steps", () => {
  /** Does each step twice, as if the report of the first had been lost. */
  async function twice(project: TestProject, params: unknown): Promise<StepResult[]> {
    const steps: StepResult[] = [];
    for (;;) {
      const { state = null, done = 0, total = null } = steps.at(-1) ?? {};
      const job = { params, state: JSON.parse(JSON.stringify(state)), done, total, created_at: Date.now() };
      const first = await exportStep(env, project.id, job);
      // The key is chosen at first, and nothing lies there yet.
      const again = state === null ? first : await exportStep(env, project.id, structuredClone(job));
      steps.push(again);
      if (again.result !== undefined) {
        expect(again.result).toEqual(first.result);
        return steps;
      }
    }
  }

  test(
    "write a large log in parts, tell how far they are, and done twice leave one file",
    async () => {
      const project = await newProject();
      for (let sent = 0; sent < 3; sent++) {
        const filler = Array.from({ length: 300 }, (_, n) => note(`${sent} ${n} é${hex(10_000)}`));
        expect((await append(project, "big", filler)).status).toBe(200);
      }
      const params = { run_id: "big", format: "jsonl", last_seq: 900 };
      const steps = await twice(project, params);
      const result = steps.at(-1)?.result as ExportResult;
      expect(result).toMatchObject({ events: 900, spans: 0 });
      expect(result.size).toBeGreaterThan(2 * 8 * 1024 * 1024);
      expect(steps.map(({ total }) => total)).toEqual(steps.map(() => 900));
      const done = steps.map((step) => step.done);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(new Set(done).size).toBeGreaterThanOrEqual(4);
      const events = await eventsOf(project, "big");
      const expected = events.map((event) => `${JSON.stringify(event)}\n`).join("");
      expect(await download(project, result)).toBe(expected);
      expect(result.sha256).toBe(sha256(expected));
      expect(await blobs(project)).toHaveLength(1);
      expect(await artifactsOf(project, "big")).toHaveLength(1);
      // And once more: the new bytes go, the artifact stays.
      const later = (await twice(project, params)).at(-1)?.result;
      expect(later).toEqual(result);
      expect(await blobs(project)).toHaveLength(1);
    },
    PATIENT,
  );

  test("end where the log ended when the job began, though the run grew", async () => {
    const project = await newProject();
    await append(project, "r1", [note(1), note(2), note(3)]);
    const steps = await twice(project, { run_id: "r1", format: "jsonl", last_seq: 2 });
    const result = steps.at(-1)?.result as ExportResult;
    expect(result.events).toBe(2);
    const lines = (await download(project, result)).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).seq)).toEqual([1, 2]);
    expect(await blobs(project)).toHaveLength(1);
  });
});
