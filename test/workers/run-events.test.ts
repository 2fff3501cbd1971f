import { describe, expect, test } from "vitest";
import type { Run, SpanRow } from "../../src/domain/runs/schema.ts";
import type { RunEvent } from "../../src/events/event.ts";
import {
  callAttributes,
  eventually,
  hex,
  newProject,
  projectedRun,
  span,
  type TestProject,
  traces,
} from "./helpers.ts";

const JSON_TYPE = { "content-type": "application/json" };

function post(project: TestProject, path: string, body: unknown, headers: Record<string, string> = {}) {
  return project.fetch(path, { method: "POST", headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) });
}

function append(project: TestProject, run: string, events: unknown[], headers: Record<string, string> = {}) {
  return post(project, `/api/runs/${run}/events`, { events }, headers);
}

async function begin(project: TestProject, body: object = {}): Promise<Run> {
  const response = await post(project, "/api/runs", { name: "research", ...body });
  expect(response.status).toBe(201);
  return (await response.json()) as Run;
}

async function eventsOf(project: TestProject, run: string): Promise<RunEvent[]> {
  return (await project.json<{ data: RunEvent[] }>(`/api/runs/${run}/events?limit=1000`)).data;
}

const custom = (value: unknown, more: object = {}) => ({ type: "CUSTOM", data: { name: "note", value }, ...more });

describe("POST /api/runs", () => {
  test("begins a run that is what the body says, at once and in the list", async () => {
    const project = await newProject();
    const parent = await begin(project);
    const run = await begin(project, {
      id: "my-run.1",
      kind: "reasoning",
      session_id: "s-1",
      user_id: "u-1",
      parent_run_id: parent.id,
      service: "desk",
      tags: ["b", "a"],
      metadata: { plan: "pro" },
    });
    expect(run).toMatchObject({
      id: "my-run.1",
      kind: "reasoning",
      name: "research",
      status: "running",
      session_id: "s-1",
      user_id: "u-1",
      parent_run_id: parent.id,
      service: "desk",
      tags: ["a", "b"],
      metadata: { plan: "pro" },
      event_count: 1,
      last_seq: 1,
    });
    expect(await project.json<Run>("/api/runs/my-run.1")).toEqual(run);
    const children = await eventually(
      () => project.json<{ data: Run[] }>(`/api/runs?parent_run_id=${parent.id}`),
      ({ data }) => data.length === 1,
    );
    expect(children.data).toEqual([run]);
    expect(parent.id).toMatch(/^run_[0-9a-f]{32}$/);
    expect(parent.session_id).toBeNull();
  });

  test("refuses an id that is taken or could lead elsewhere, and what is no run", async () => {
    const project = await newProject();
    await begin(project, { id: "once" });
    const again = await post(project, "/api/runs", { id: "once", name: "research" });
    expect([again.status, ((await again.json()) as { error: { code: string } }).error.code]).toEqual([
      409,
      "run_exists",
    ]);
    for (const bad of [
      { name: "" },
      { id: "traces/0", name: "x" },
      { name: "x", kind: "other" },
      { name: "x", more: 1 },
    ]) {
      expect((await post(project, "/api/runs", bad)).status).toBe(400);
    }
    expect((await append(project, "traces%2F0", [custom(1)])).status).toBe(400);
  });

  test("twice at once with one id begins it once", async () => {
    const project = await newProject();
    const both = await Promise.all([1, 2].map(() => post(project, "/api/runs", { id: "race", name: "research" })));
    expect(both.map(({ status }) => status).every((status) => status === 201 || status === 409)).toBe(true);
    expect(await eventsOf(project, "race")).toHaveLength(1);
  });
});

describe("POST /api/runs/:id/events", () => {
  test("numbers events in order, begins a run that is new, and keeps what was sent", async () => {
    const project = await newProject();
    const first = await append(project, "r1", [
      { type: "RUN_STARTED", data: { name: "chat" } },
      { type: "TEXT_MESSAGE_START", data: { messageId: "m1", role: "assistant" } },
      { type: "TEXT_MESSAGE_CONTENT", data: { messageId: "m1", delta: "Hel" }, time: "2026-11-21T10:00:00.123456789Z" },
    ]);
    expect(await first.json()).toEqual({ first_seq: 1, last_seq: 3, skipped: 0 });
    const second = await append(project, "r1", [
      custom({ deep: [1, { x: null }] }),
      { type: "RUN_FINISHED", data: { result: "done" } },
    ]);
    expect(await second.json()).toEqual({ first_seq: 4, last_seq: 5, skipped: 0 });
    const events = await eventsOf(project, "r1");
    expect(events.map(({ seq, type, v }) => [seq, type, v])).toEqual([
      [1, "RUN_STARTED", 1],
      [2, "TEXT_MESSAGE_START", 1],
      [3, "TEXT_MESSAGE_CONTENT", 1],
      [4, "CUSTOM", 1],
      [5, "RUN_FINISHED", 1],
    ]);
    expect(events[2]).toMatchObject({
      time: "2026-11-21T10:00:00.123456789Z",
      data: { messageId: "m1", delta: "Hel" },
    });
    expect(events[3]?.data).toEqual({ name: "note", value: { deep: [1, { x: null }] } });
    const run = await eventually(
      async () => (await project.json<{ data: Run[] }>("/api/runs")).data.find(({ id }) => id === "r1"),
      (each) => each?.event_count === 5,
    );
    expect(run).toMatchObject({ kind: "agent", name: "chat", status: "success", output_preview: "done" });
  });

  test("spans count like those of OTLP, by tokens, cost and tools", async () => {
    const project = await newProject();
    const attributes = Object.fromEntries(
      callAttributes("gpt-4o-mini", 1000, 100).map(({ key, value }) => {
        const { intValue, stringValue } = value as { intValue?: string; stringValue?: string };
        return [key, intValue === undefined ? stringValue : Number(intValue)];
      }),
    );
    const call = {
      span_id: hex(8),
      name: "chat",
      start_time_unix_nano: "1795227727697000000",
      end_time_unix_nano: "1795227728697000000",
      attributes,
    };
    const { end_time_unix_nano: _, ...started } = call;
    await append(project, "r-spans", [{ type: "SPAN_STARTED", data: started }]);
    expect(await project.json<Run>("/api/runs/r-spans")).toMatchObject({
      span_count: 0,
      event_count: 1,
      status: "running",
    });
    await append(project, "r-spans", [{ type: "SPAN", data: call }]);
    // The same span again is the same span.
    expect(await (await append(project, "r-spans", [{ type: "SPAN", data: call }])).json()).toEqual({
      first_seq: 2,
      last_seq: 2,
      skipped: 1,
    });
    expect(await project.json<Run>("/api/runs/r-spans")).toMatchObject({
      span_count: 1,
      llm_call_count: 1,
      input_tokens: 1000,
      cost_usd: 0.00021,
      duration_ms: 1000,
    });
    const { data } = await project.json<{ data: SpanRow[] }>("/api/runs/r-spans/spans");
    expect(data).toMatchObject([{ span_id: call.span_id, step: "llm", cost_usd: 0.00021 }]);
    await projectedRun(project, "r-spans", 1);
  });

  test("the name that an application gave its run stands against an older root span", async () => {
    const project = await newProject();
    const { id } = await begin(project, { name: "given" });
    const root = {
      span_id: hex(8),
      name: "root",
      start_time_unix_nano: "1000000000000000000",
      end_time_unix_nano: "1000000000000000001",
    };
    await append(project, id, [{ type: "SPAN", data: root }]);
    expect(await project.json<Run>(`/api/runs/${id}`)).toMatchObject({ name: "given", span_count: 1 });
  });

  test("an event with an id is one event, however often it is sent", async () => {
    const project = await newProject();
    const events = [custom(1, { id: "a" }), custom(2, { id: "b" })];
    await append(project, "ids", events);
    expect(await (await append(project, "ids", [events[1], custom(3, { id: "c" })])).json()).toEqual({
      first_seq: 3,
      last_seq: 3,
      skipped: 1,
    });
    expect((await eventsOf(project, "ids")).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  test("two equal events without an id are two", async () => {
    const project = await newProject();
    const ha = { type: "TEXT_MESSAGE_CONTENT", data: { messageId: "m", delta: "ha" }, time: "2026-11-21T10:00:00Z" };
    await append(project, "haha", [ha]);
    await append(project, "haha", [ha]);
    expect(await eventsOf(project, "haha")).toHaveLength(2);
  });

  test.each([
    ["an unknown type", { type: "SOMETHING", data: {} }, /unknown type "SOMETHING".*CUSTOM/],
    ["a field that is missing", { type: "TEXT_MESSAGE_CONTENT", data: { messageId: "m" } }, /data\.delta/],
    [
      "a span id that is none",
      { type: "SPAN", data: { span_id: "xyz", name: "x", start_time_unix_nano: "1", end_time_unix_nano: "2" } },
      /span_id/,
    ],
    ["a time that is none", custom(1, { time: "soon" }), /RFC 3339/],
    ["data that is none", { type: "CUSTOM", data: [] }, /object/],
    ["a type of the prototype", { type: "constructor", data: {} }, /unknown type/],
  ])("refuses %s, says where, and stores nothing of the request", async (_, bad, message) => {
    const project = await newProject();
    const response = await append(project, "bad", [custom("good"), bad]);
    const { error } = (await response.json()) as {
      error: { code: string; message: string; details: { index: number }[] };
    };
    expect([response.status, error.code, error.details[0]?.index]).toEqual([422, "unprocessable", 1]);
    expect(error.message).toMatch(message);
    expect((await project.fetch("/api/runs/bad")).status).toBe(404);
  });

  test("a run takes 51,200 events and says so before; then it is full, for spans too", async () => {
    const project = await newProject();
    const run = hex(16);
    const events = Array.from({ length: 500 }, () => custom(1));
    let last: { last_seq: number; warning?: string } = { last_seq: 0 };
    while (last.last_seq < 51_000) {
      last = (await (await append(project, run, events)).json()) as typeof last;
      expect(last.warning !== undefined).toBe(last.last_seq >= 10_240);
    }
    const full = await append(project, run, events);
    expect([full.status, ((await full.json()) as { error: { code: string } }).error.code]).toEqual([409, "run_full"]);
    expect((await append(project, run, events.slice(0, 200))).status).toBe(200);
    const spans = await project.sendTraces(traces([span(run, "late"), span(hex(16), "elsewhere")]));
    expect(await spans.json()).toEqual({
      partialSuccess: { rejectedSpans: "1", errorMessage: expect.stringContaining("as many events as a run may have") },
    });
    expect(await project.json<Run>(`/api/runs/${run}`)).toMatchObject({ event_count: 51_200, last_seq: 51_200 });
  });

  test("refuses what is nested too deep, and stores nothing of it", async () => {
    const project = await newProject();
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    for (const [path, body] of [
      ["/api/runs", `{"name":"x","metadata":{"a":${deep}}}`],
      ["/api/runs/deep/events", `{"events":[{"type":"CUSTOM","data":{"name":"x","value":${deep}}}]}`],
      ["/api/runs/deep/stream", deep],
    ] as const) {
      const response = await project.fetch(path, { method: "POST", headers: JSON_TYPE, body });
      expect([path, response.status]).toEqual([path, 400]);
    }
    expect((await project.fetch("/api/runs/deep")).status).toBe(404);
  });

  test("needs the scope to ingest, and another project's run is another run", async () => {
    const [mine, theirs] = [await newProject(), await newProject()];
    expect((await append(await newProject(["read"]), "x", [custom(1)])).status).toBe(403);
    await append(mine, "same-id", [custom("mine")]);
    await append(theirs, "same-id", [custom("theirs")]);
    expect((await eventsOf(mine, "same-id")).map(({ data }) => (data as { value: string }).value)).toEqual(["mine"]);
  });
});

describe("POST /api/runs/:id/cancel", () => {
  test("writes it into the log once, and the run is cancelled", async () => {
    const project = await newProject();
    const { id } = await begin(project);
    const first = await post(project, `/api/runs/${id}/cancel`, { reason: "too slow" });
    expect([first.status, ((await first.json()) as Run).status]).toEqual([202, "cancelled"]);
    await post(project, `/api/runs/${id}/cancel`, {});
    await append(project, id, [{ type: "RUN_FINISHED", data: {} }]);
    const events = await eventsOf(project, id);
    expect(events.map(({ type }) => type)).toEqual(["RUN_STARTED", "RUN_CANCELLED", "RUN_FINISHED"]);
    expect(await project.json<Run>(`/api/runs/${id}`)).toMatchObject({ status: "cancelled" });
    expect((await post(project, "/api/runs/none/cancel", {})).status).toBe(404);
  });
});

describe("Idempotency-Key", () => {
  test("the same key and body have one effect and the same answer; another body is refused", async () => {
    const project = await newProject();
    const key = { "idempotency-key": "k-1" };
    const first = await append(project, "idem", [custom(1)], key);
    const again = await append(project, "idem", [custom(1)], key);
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([200, "true"]);
    expect(await again.json()).toEqual(await first.json());
    const other = await append(project, "idem", [custom(2)], key);
    expect([other.status, ((await other.json()) as { error: { code: string } }).error.code]).toEqual([
      409,
      "idempotency_mismatch",
    ]);
    const elsewhere = await append(project, "idem-2", [custom(1)], key);
    expect(elsewhere.status).toBe(409);
    expect(await eventsOf(project, "idem")).toHaveLength(1);
    // Another project's keys are others.
    expect((await append(await newProject(), "idem", [custom(2)], key)).status).toBe(200);
  });

  test("ten at once have one effect; those that come too early are told to wait", async () => {
    const project = await newProject();
    const key = { "idempotency-key": "at once" };
    const answers = await Promise.all(Array.from({ length: 10 }, () => append(project, "once", [custom(1)], key)));
    for (const answer of answers) {
      if (answer.status === 200) expect(await answer.json()).toEqual({ first_seq: 1, last_seq: 1, skipped: 0 });
      else expect([answer.status, answer.headers.get("retry-after")]).toEqual([409, "1"]);
    }
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(await eventsOf(project, "once")).toHaveLength(1);
    expect((await append(project, "once", [custom(1)], key)).status).toBe(200);
  });

  test("a refusal is given again, too; a key of no or too many characters is none", async () => {
    const project = await newProject();
    const key = { "idempotency-key": "bad" };
    const bad = [{ type: "SOMETHING", data: {} }];
    for (const _ of [1, 2]) expect((await append(project, "r", bad, key)).status).toBe(422);
    expect((await append(project, "r", [custom(1)], { "idempotency-key": "x".repeat(256) })).status).toBe(400);
  });

  test("begins one run, with one id, for a client that did not hear the answer", async () => {
    const project = await newProject();
    const key = { "idempotency-key": "begin" };
    const [first, again] = [
      await post(project, "/api/runs", { name: "a" }, key),
      await post(project, "/api/runs", { name: "a" }, key),
    ];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(((await again.json()) as Run).id).toBe(((await first.json()) as Run).id);
  });
});

describe("GET /api/runs/:id/stream", () => {
  /** Reads Server-Sent Events until the stream ends or `enough` says so. */
  async function read(response: Response, enough: (ids: string[]) => boolean = () => false) {
    const ids: string[] = [];
    const types: string[] = [];
    const decoder = new TextDecoder();
    let text = "";
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { ids, types, ended: true };
      text += decoder.decode(value, { stream: true });
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const fields = new Map(
          text
            .slice(0, end)
            .split("\n")
            .map((line) => line.split(/: (.*)/s) as [string, string]),
        );
        text = text.slice(end + 2);
        const id = fields.get("id");
        if (id === undefined) continue;
        ids.push(id);
        types.push(fields.get("event") ?? "");
        expect(JSON.parse(fields.get("data") ?? "")).toMatchObject({ seq: Number(id), type: fields.get("event") });
      }
      if (enough(ids)) {
        await reader.cancel();
        return { ids, types, ended: false };
      }
    }
  }

  test("sends what was, then what comes, and ends after the run's end", async () => {
    const project = await newProject();
    const { id } = await begin(project);
    await append(project, id, [custom(1), custom(2)]);
    const response = await project.fetch(`/api/runs/${id}/stream`);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    const reading = read(response);
    await append(project, id, [custom(3)]);
    await append(project, id, [{ type: "RUN_FINISHED", data: {} }]);
    expect(await reading).toEqual({
      ids: ["1", "2", "3", "4", "5"],
      types: ["RUN_STARTED", "CUSTOM", "CUSTOM", "CUSTOM", "RUN_FINISHED"],
      ended: true,
    });
    // A browser that comes back is told that there is no more.
    const over = await project.fetch(`/api/runs/${id}/stream`, { headers: { "last-event-id": "5" } });
    expect(over.status).toBe(204);
    expect((await read(await project.fetch(`/api/runs/${id}/stream`))).ids).toHaveLength(5);
  });

  test("goes on after the last event that the reader had, without a hole, once projected too", async () => {
    const project = await newProject();
    const { id } = await begin(project);
    const events = Array.from({ length: 350 }, (_, n) => custom(n));
    for (const _ of [1, 2]) await append(project, id, events);
    const first = await read(await project.fetch(`/api/runs/${id}/stream`), (ids) => ids.length >= 300);
    const last = first.ids.at(-1) as string;
    await eventually(
      () => project.json<{ data: Run[] }>("/api/runs"),
      ({ data }) => data[0]?.event_count === 701,
    );
    await append(project, id, [{ type: "RUN_FINISHED", data: {} }]);
    const headers = { "last-event-id": last };
    const rest = await read(await project.fetch(`/api/runs/${id}/stream`, { headers }));
    const all = [...first.ids, ...rest.ids].map(Number);
    expect(all).toEqual(Array.from({ length: 702 }, (_, n) => n + 1));
  });

  test("is 404 for a run that is not there or another's, 400 for a seq that is none", async () => {
    const [project, other] = [await newProject(), await newProject()];
    const { id } = await begin(project);
    expect((await other.fetch(`/api/runs/${id}/stream`)).status).toBe(404);
    expect((await project.fetch(`/api/runs/${id}/stream?after=x`)).status).toBe(400);
    expect((await (await newProject(["ingest"])).fetch(`/api/runs/${id}/stream`)).status).toBe(403);
  });
});
