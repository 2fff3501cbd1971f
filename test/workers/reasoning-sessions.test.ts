import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { logAddress, runLog } from "../../durable-objects/stubs.ts";
import type { Finding, ReasoningStep, Synthesis } from "../../src/domain/sessions/reasoning-schema.ts";
import type { Session } from "../../src/domain/sessions/schema.ts";
import { eventually, hex, newProject, projectedRun, request, span, type TestProject, traces } from "./helpers.ts";

interface List<T> {
  data: T[];
  next_cursor: string | null;
}

/** What one says on a session's socket. */
interface Frame {
  type: string;
  run_id?: string;
  last_seq?: number;
  step?: ReasoningStep;
  synthesis?: Synthesis;
  finding?: Finding;
}

interface Sent {
  type: string;
  data: object;
}

const step = (number: number, more: object = {}): Sent => ({
  type: "REASONING_STEP",
  data: { step: number, thought: `Thought ${number}`, tool: "traced_reasoning", ...more },
});
const synthesis = (version: number): Sent => ({
  type: "SYNTHESIS_UPDATED",
  data: { version, synthesis: `Version ${version}`, parsed: { current_understanding: "So far", confidence: 0.5 } },
});
const bias: Sent = { type: "BIAS_DETECTED", data: { bias: "anchoring", severity: 0.7, level: "high", step: 2 } };
const flag: Sent = {
  type: "MONITOR_FLAGGED",
  data: { monitor: "circular", reason: "Step 3 repeats step 1.", step: 3 },
};

/** Begins a reasoning session, as the tools of /mcp do: a run of that kind whose session has the run's id. */
async function think(project: TestProject, id = `rs_${hex(16)}`, session = id): Promise<string> {
  const body = { id, kind: "reasoning", name: "Why is it slow?", session_id: session, metadata: { tool: "planner" } };
  expect((await post(project, "/api/runs", body)).status).toBe(201);
  return id;
}

function post(project: TestProject, path: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return project.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
}

async function write(project: TestProject, run: string, events: Sent[]): Promise<void> {
  expect((await post(project, `/api/runs/${run}/events`, { events })).status).toBe(200);
}

function read<T>(project: TestProject, id: string, list: string, query = ""): Promise<List<T>> {
  return project.json(`/api/sessions/${encodeURIComponent(id)}/${list}${query}`);
}

const numbers = ({ data }: List<ReasoningStep>) => data.map(({ step }) => step);

/** Waits until a run has left its log object for D1 and R2. */
async function projected(project: TestProject, id: string): Promise<void> {
  const last = await runLog(env, logAddress(env, project.id, id)).lastSeq(id);
  await eventually(
    () => project.json<List<{ id: string; last_seq: number }>>("/api/runs?limit=200"),
    ({ data }) => data.some((run) => run.id === id && run.last_seq >= last),
  );
}

/** Opens a session's socket and collects what it says. */
async function watch(project: TestProject, id: string, query = "") {
  const response = await project.fetch(`/api/sessions/${id}/subscribe${query}`, { headers: { upgrade: "websocket" } });
  expect(response.status).toBe(101);
  const socket = response.webSocket as WebSocket;
  const frames: Frame[] = [];
  let closed: { code: number; reason: string } | null = null;
  socket.addEventListener("message", ({ data }) => {
    frames.push(JSON.parse(String(data)) as Frame);
  });
  socket.addEventListener("close", ({ code, reason }) => {
    closed = { code, reason };
  });
  socket.accept();
  const until = (count: number) =>
    eventually(
      async () => frames.length,
      (length) => length >= count,
    );
  return { frames, until, closed: () => closed, close: () => socket.close() };
}

describe("a reasoning session", () => {
  test("is read from its log right after its first event, and the same once it is projected", async () => {
    const project = await newProject();
    const id = await think(project);
    const said = { model: "gpt-4o", confidence: 0.8, branch_id: "b", branch_from_step: 1, status: "in progress" };
    await write(project, id, [
      step(1),
      step(2, said),
      synthesis(1),
      bias,
      { type: "CUSTOM", data: { name: "x", value: 1 } },
    ]);
    const expectAll = async () => {
      const place = { run_id: id, time: expect.any(String) };
      expect(await read(project, id, "steps")).toEqual({
        data: [
          { ...step(1).data, ...place, seq: 2 },
          { ...step(2, said).data, ...place, seq: 3 },
        ],
        next_cursor: null,
      });
      expect(await read(project, id, "synthesis")).toEqual({
        data: [{ ...synthesis(1).data, ...place, seq: 4 }],
        next_cursor: null,
      });
      expect(await read(project, id, "findings")).toEqual({
        data: [{ ...bias.data, ...place, kind: "bias", seq: 5 }],
        next_cursor: null,
      });
      const session = await project.json<Session>(`/api/sessions/${id}`);
      expect(session).toMatchObject({ id, kinds: ["reasoning"], tool: "planner", run_count: 1, running_run_count: 1 });
    };
    await expectAll();
    await projected(project, id);
    await expectAll();
    await write(project, id, [step(3), flag]);
    expect(numbers(await read(project, id, "steps"))).toEqual([1, 2, 3]);
    expect((await read<Finding>(project, id, "findings")).data.map(({ kind }) => kind)).toEqual(["bias", "monitor"]);
  });

  test("is the same session before and after it is projected", async () => {
    const project = await newProject();
    const id = await think(project);
    await write(project, id, [step(1), { type: "RUN_FINISHED", data: { result: "42" } }]);
    const early = await project.json<Session>(`/api/sessions/${id}`);
    await projected(project, id);
    expect(await project.json<Session>(`/api/sessions/${id}`)).toEqual(early);
  });

  test("comes page by page, over several runs too, while it goes on", async () => {
    const project = await newProject();
    const chat = `chat ${hex(4)}`;
    const [one, two] = [await think(project, `r1_${hex(8)}`, chat), await think(project, `r2_${hex(8)}`, chat)];
    await write(project, one, [step(1), step(2), synthesis(1), step(3)]);
    await write(project, two, [step(4), step(5)]);
    await Promise.all([projected(project, one), projected(project, two)]);
    const first = await read<ReasoningStep>(project, chat, "steps", "?limit=2");
    await write(project, two, [step(6)]);
    const second = await read<ReasoningStep>(project, chat, "steps", `?limit=2&cursor=${first.next_cursor}`);
    const third = await read<ReasoningStep>(project, chat, "steps", `?limit=2&cursor=${second.next_cursor}`);
    expect([first, second, third].map(numbers)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(third.next_cursor).toBeNull();
    expect((await project.fetch(`/api/sessions/${encodeURIComponent(chat)}/steps?cursor=!!`)).status).toBe(400);
  });

  test("has nothing to read if none of its runs reasons, and is 404 if nobody knows it", async () => {
    const [project, other] = [await newProject(), await newProject()];
    const traceId = hex(16);
    const attributes = [{ key: "session.id", value: { stringValue: "s/1" } }];
    await project.sendTraces(traces([span(traceId, "turn", 0, 100, { attributes })]));
    await projectedRun(project, traceId, 1);
    const id = await think(project);
    // A run that has the session's name and is of another session, or is a trace.
    await think(project, "mine", "theirs");
    for (const list of ["steps", "synthesis", "findings"]) {
      expect(await read(project, "s/1", list)).toEqual({ data: [], next_cursor: null });
      for (const [who, what] of [
        [project, "mine"],
        [project, traceId],
        [project, "none"],
        [other, id],
      ] as const) {
        const answer = await who.fetch(`/api/sessions/${what}/${list}`);
        expect([answer.status, await answer.json()]).toEqual([
          404,
          { error: expect.objectContaining({ code: "session_not_found" }) },
        ]);
      }
    }
  });

  test("is found in the list by its kind", async () => {
    const project = await newProject();
    const id = await think(project);
    const traceId = hex(16);
    const attributes = [{ key: "session.id", value: { stringValue: "talk" } }];
    await project.sendTraces(traces([span(traceId, "turn", 0, 100, { attributes })]));
    await Promise.all([projected(project, id), projectedRun(project, traceId, 1)]);
    const { data } = await project.json<List<Session>>("/api/sessions");
    expect(new Set(data.map((each) => [each.id, each.kinds, each.tool]))).toEqual(
      new Set([
        [id, ["reasoning"], "planner"],
        ["talk", ["trace"], null],
      ]),
    );
    const reasoning = await project.json<List<Session>>("/api/sessions?kind=reasoning");
    expect(reasoning.data.map((each) => each.id)).toEqual([id]);
    expect((await project.fetch("/api/sessions?kind=other")).status).toBe(400);
  });

  test("is sent live: what there was, then what comes, and past the end of a turn", async () => {
    const project = await newProject();
    const id = await think(project);
    await write(project, id, [step(1), { type: "CUSTOM", data: { name: "x", value: 1 } }, step(2)]);
    const [all, later] = [await watch(project, id), await watch(project, id, "?after=2")];
    await all.until(3);
    await write(project, id, [synthesis(1), bias, flag, { type: "RUN_FINISHED", data: { result: "42" } }]);
    await projected(project, id);
    await write(project, id, [step(3)]);
    await Promise.all([all.until(7), later.until(6)]);
    expect(all.frames).toMatchObject([
      { type: "hello", run_id: id, last_seq: 4 },
      { type: "new_step", step: { step: 1, seq: 2, run_id: id } },
      { type: "new_step", step: { step: 2, seq: 4 } },
      { type: "synthesis", synthesis: { version: 1, seq: 5 } },
      { type: "bias", finding: { kind: "bias", bias: "anchoring", seq: 6 } },
      { type: "monitor", finding: { kind: "monitor", monitor: "circular", seq: 7 } },
      { type: "new_step", step: { step: 3, seq: 9 } },
    ]);
    expect(later.frames.slice(1)).toEqual(all.frames.slice(2));
    expect([all.closed(), later.closed()]).toEqual([null, null]);
    all.close();
    later.close();
  });

  test("is sent live though most of its log is of no interest to the reader", async () => {
    const project = await newProject();
    const id = await think(project);
    const large = { type: "CUSTOM", data: { name: "large", value: "x".repeat(200_000) } };
    // More than a log sends to one who does not say that it has read.
    for (let sent = 0; sent < 60; sent += 10)
      await write(
        project,
        id,
        Array.from({ length: 10 }, () => large),
      );
    const watcher = await watch(project, id);
    await write(project, id, [step(1)]);
    await watcher.until(2);
    expect(watcher.frames[1]).toMatchObject({ type: "new_step", step: { step: 1, seq: 62 } });
    watcher.close();
  });

  test("ends for its readers with the reason of the log", async () => {
    const project = await newProject();
    const id = await think(project);
    const watcher = await watch(project, id);
    await watcher.until(1);
    await runLog(env, logAddress(env, project.id, id)).forget([id]);
    expect(
      await eventually(
        async () => watcher.closed(),
        (closed) => closed !== null,
      ),
    ).toEqual({ code: 4410, reason: "The run was deleted." });
  });

  test("is shown live to nobody who may not read it, and only as a WebSocket", async () => {
    const [project, other, blind] = [await newProject(), await newProject(), await newProject(["ingest"])];
    const id = await think(project);
    const status = async (path: string, ask: (path: string, init: RequestInit) => Promise<Response>) =>
      (await ask(path, { headers: { upgrade: "websocket" } })).status;
    expect(await status(`/api/sessions/${id}/subscribe`, request)).toBe(401);
    expect(await status(`/api/sessions/${id}/subscribe`, other.fetch)).toBe(404);
    expect(await status(`/api/sessions/${id}/subscribe`, blind.fetch)).toBe(403);
    expect(await status("/api/sessions/none/subscribe", project.fetch)).toBe(404);
    expect(await status(`/api/sessions/${id}/subscribe?after=-1`, project.fetch)).toBe(400);
    expect((await project.fetch(`/api/sessions/${id}/subscribe`)).status).toBe(426);
    expect((await blind.fetch(`/api/sessions/${id}/steps`)).status).toBe(403);
  });

  test("is described in the OpenAPI document", async () => {
    const { paths } = await (await newProject()).json<{ paths: object }>("/api/openapi.json");
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(
        ["steps", "synthesis", "findings", "subscribe"].map((each) => `/api/sessions/{id}/${each}`),
      ),
    );
  });
});
