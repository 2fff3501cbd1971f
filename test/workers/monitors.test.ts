import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { logAddress, runLog } from "../../durable-objects/stubs.ts";
import { judge } from "../../src/domain/monitors/judge.ts";
import { judgeRuns } from "../../src/domain/monitors/judge-runs.ts";
import type { RunEvent } from "../../src/events/event.ts";
import { type Example, stepsOf } from "../fixtures/monitors/example.ts";
import { HEALTHY } from "../fixtures/monitors/healthy.ts";
import { SICK } from "../fixtures/monitors/sick.ts";
import {
  callAttributes,
  eventually,
  hex,
  newProject,
  span,
  type TestProject,
  type TestSpan,
  traces,
} from "./helpers.ts";

/** The sick example that a monitor knows by this sign alone. */
function sickBy(sign: string): Example {
  return SICK.find(({ expect, found = expect }) => found.length === 1 && found[0] === sign) as Example;
}

const CIRCULAR = sickBy("repeats");
const FINE = HEALTHY.find(({ steps, found }) => steps.length >= 4 && found === undefined) as Example;

const text = (key: string, value: unknown) => ({ key, value: { stringValue: JSON.stringify(value) } });

/** A trace as an agent's SDK sends it: a root, and its model calls one after the other. */
function traceOf(example: Example, traceId = hex(16)): { root: TestSpan; calls: TestSpan[] } {
  const steps = stepsOf(example);
  const root = span(traceId, "agent", 0, steps.length * 100);
  const asked = [{ role: "user", parts: [{ type: "text", content: example.question }] }];
  const calls = steps.map(({ text: content, calls = [], failed }, n) => {
    const asks = calls.map((call) => ({ type: "tool_call", id: `c${n}`, ...call }));
    const answer = [{ role: "assistant", parts: [...(content ? [{ type: "text", content }] : []), ...asks] }];
    return span(traceId, "chat gpt-4o", n * 100, 90, {
      parentSpanId: root.spanId,
      attributes: [
        ...callAttributes("gpt-4o", 10, content ? 20 : 0),
        text("gen_ai.input.messages", asked),
        text("gen_ai.output.messages", answer),
      ],
      ...(failed ? { status: { code: 2, message: "failed" } } : {}),
    });
  });
  return { root, calls };
}

async function send(project: TestProject, spans: TestSpan[]): Promise<void> {
  expect((await project.sendTraces(traces(spans))).status).toBe(200);
}

async function findings(project: TestProject, run: string): Promise<RunEvent[]> {
  const { data } = await project.json<{ data: RunEvent[] }>(`/api/runs/${run}/events?limit=1000`);
  return (data ?? []).filter(({ type }) => type === "MONITOR_FLAGGED");
}

/** Waits until as many runs of the project have a finding each: in the order of the queue, those before them were judged. */
function found(project: TestProject, run: string, count = 1): Promise<RunEvent[]> {
  return eventually(
    () => findings(project, run),
    (all) => all.length >= count,
    30_000,
  );
}

/** Sends a trace that has a finding, and waits for it: what was sent before it was judged then. */
async function untilJudged(project: TestProject): Promise<void> {
  const { root, calls } = traceOf(CIRCULAR);
  await send(project, [root, ...calls]);
  await found(project, root.traceId);
}

/** Waits until nothing waits in the project's log of traces. */
async function projected(project: TestProject): Promise<void> {
  await eventually(
    () => runLog(env, logAddress(env, project.id, hex(16))).status(),
    ({ waitingRows }) => waitingRows === 0,
    20_000,
  );
}

describe("a trace that has ended", () => {
  test("in circles gets its finding; a healthy one, a short one, one that goes on and one without answers get none", async () => {
    const project = await newProject();
    const fine = traceOf(FINE);
    const short = traceOf({ ...CIRCULAR, steps: CIRCULAR.steps.slice(0, 2) });
    const open = traceOf(CIRCULAR);
    const silent = traceOf(CIRCULAR);
    for (const call of silent.calls) call.attributes = callAttributes("gpt-4o", 10, 20);
    const quiet = [fine, short, silent];
    await send(project, [...quiet.flatMap(({ root, calls }) => [root, ...calls]), ...open.calls]);
    const sick = traceOf(CIRCULAR);
    await send(project, [sick.root, ...sick.calls]);
    const [finding] = judge(
      stepsOf(CIRCULAR).map((step, n) => ({ ...step, span_id: sick.calls[n]?.spanId })),
      CIRCULAR.question,
    );
    const [event] = await found(project, sick.root.traceId);
    expect(event).toEqual({
      seq: sick.calls.length + 2,
      id: "monitor circular repeats",
      type: "MONITOR_FLAGGED",
      time: expect.any(String),
      v: 1,
      data: finding,
    });
    for (const { root } of [...quiet, open]) expect(await findings(project, root.traceId)).toEqual([]);
  });

  test("keeps its times, status and calls", async () => {
    const project = await newProject();
    const { root, calls } = traceOf(CIRCULAR);
    await send(project, [root, ...calls]);
    await projected(project);
    const path = `/api/runs/${root.traceId}`;
    const { event_count, last_seq, ...before } = await project.json<Record<string, number>>(path);
    await found(project, root.traceId);
    const after = await project.json<Record<string, number>>(path);
    expect(after).toEqual({ ...before, event_count: Number(event_count) + 1, last_seq: Number(last_seq) + 1 });
  });

  test("is told of each sign once, however often its message comes", async () => {
    const project = await newProject();
    const { root, calls } = traceOf(CIRCULAR);
    await send(project, [root, ...calls]);
    expect(await found(project, root.traceId)).toHaveLength(1);
    const due = [{ run: root.traceId, calls: calls.length }];
    await judgeRuns(env, project.id, due);
    await projected(project);
    await judgeRuns(env, project.id, due);
    expect(await findings(project, root.traceId)).toHaveLength(1);
  });

  test("and whose parts came one by one, the root last, is judged as a whole", async () => {
    const project = await newProject();
    const { root, calls } = traceOf(CIRCULAR);
    for (const call of calls) {
      await send(project, [call]);
      await projected(project);
    }
    expect(await findings(project, root.traceId)).toEqual([]);
    await send(project, [root]);
    expect(await found(project, root.traceId)).toHaveLength(1);
  });

  test("is judged again if it goes on with more calls", async () => {
    const project = await newProject();
    const whole = { ...FINE, steps: [...FINE.steps, ...CIRCULAR.steps] };
    const { root, calls } = traceOf(whole);
    const first = FINE.steps.length;
    await send(project, [root, ...calls.slice(0, first)]);
    await projected(project);
    await untilJudged(project);
    expect(await findings(project, root.traceId)).toEqual([]);
    await send(project, calls.slice(first));
    const signs = judge(stepsOf(whole), whole.question).map(({ sign }) => sign);
    expect(signs).toContain("repeats");
    expect((await found(project, root.traceId)).map(({ data }) => (data as { sign: string }).sign)).toEqual(signs);
  });

  test("is not judged where the setting is off, which leaves other projects alone", async () => {
    const [off, on] = [await newProject(), await newProject()];
    const put = await off.fetch("/api/settings", {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ monitors: false }),
    });
    expect(await put.json()).toMatchObject({ monitors: false });
    const sick = traceOf(CIRCULAR);
    for (const project of [off, on]) await send(project, [sick.root, ...sick.calls]);
    await found(on, sick.root.traceId);
    await judgeRuns(env, off.id, [{ run: sick.root.traceId, calls: sick.calls.length }]);
    expect(await findings(off, sick.root.traceId)).toEqual([]);
  });
});

describe("what is said about a run", () => {
  test("is listed in the order of the log; another project has none of it", async () => {
    const project = await newProject();
    const { root, calls } = traceOf(CIRCULAR);
    await send(project, [root, ...calls]);
    const path = `/api/runs/${root.traceId}`;
    expect(await project.json(`${path}/annotations`)).toEqual({ data: [], next_cursor: null });
    const [event] = await found(project, root.traceId);
    const post = (what: string, body: object) =>
      project.fetch(`${path}/${what}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const note = { text: "It should stop.", author: "Mia", span_id: root.spanId };
    const score = { name: "helpful", value: false };
    for (const answer of [await post("notes", note), await post("scores", score)]) expect(answer.status).toBe(201);
    const seq = calls.length + 2;
    const time = expect.any(String);
    expect(await project.json(`${path}/annotations`)).toEqual({
      data: [
        { ...(event?.data as object), kind: "finding", seq, time },
        { ...note, kind: "note", seq: seq + 1, time },
        { ...score, kind: "score", seq: seq + 2, time },
      ],
      next_cursor: null,
    });
    const other = await newProject();
    expect((await other.fetch(`${path}/annotations`)).status).toBe(404);
  });
});

describe("a run of events", () => {
  test("is judged when it is finished", async () => {
    const project = await newProject();
    const { calls } = traceOf(CIRCULAR);
    const id = `run_${hex(8)}`;
    const post = (path: string, body: unknown) =>
      project.fetch(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    expect((await post("/api/runs", { id, kind: "agent", name: "loops" })).status).toBe(201);
    const events = calls.map(({ spanId, name, startTimeUnixNano, endTimeUnixNano, attributes = [] }) => ({
      type: "SPAN",
      data: {
        span_id: spanId,
        name,
        start_time_unix_nano: startTimeUnixNano,
        end_time_unix_nano: endTimeUnixNano,
        attributes: Object.fromEntries(
          attributes.map(({ key, value }) => {
            const { stringValue, intValue } = value as { stringValue?: string; intValue?: string };
            return [key, stringValue ?? Number(intValue)];
          }),
        ),
      },
    }));
    expect(
      (await post(`/api/runs/${id}/events`, { events: [...events, { type: "RUN_FINISHED", data: {} }] })).status,
    ).toBe(200);
    expect(await found(project, id)).toHaveLength(1);
  });
});
