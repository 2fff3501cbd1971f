import { describe, expect, test } from "vitest";
import type { Run, SpanDetail } from "../../src/domain/runs/schema.ts";
import type { RunEvent } from "../../src/events/event.ts";
import {
  callAttributes,
  eventually,
  hex,
  logs,
  newProject,
  projectedRun,
  record,
  span,
  type TestProject,
  traces,
} from "./helpers.ts";

const text = (value: string) => ({ stringValue: value });
const kvlist = (fields: Record<string, unknown>) => ({
  kvlistValue: { values: Object.entries(fields).map(([key, value]) => ({ key, value })) },
});

function sendLogs(project: TestProject, body: unknown): Promise<Response> {
  return project.fetch("/v1/logs", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** A model call whose messages come as log records. */
function callWithRecords() {
  const traceId = hex(16);
  const call = span(traceId, "chat gpt-4o-mini", 0, 100, { attributes: callAttributes("gpt-4o-mini", 42, 12) });
  const records = [
    record(traceId, call.spanId, "gen_ai.system.message", kvlist({ content: text("Be brief.") }), 1),
    record(traceId, call.spanId, "gen_ai.user.message", kvlist({ content: text("Weather in Paris?") }), 2),
    record(
      traceId,
      call.spanId,
      "gen_ai.choice",
      kvlist({
        index: { intValue: 0 },
        finish_reason: text("stop"),
        message: kvlist({ role: text("assistant"), content: text("Sunny.") }),
      }),
      3,
    ),
  ];
  return { traceId, call, records };
}

const INPUT = [
  { role: "system", parts: [{ type: "text", text: "Be brief." }] },
  { role: "user", parts: [{ type: "text", text: "Weather in Paris?" }] },
];
const OUTPUT = [{ role: "assistant", parts: [{ type: "text", text: "Sunny." }], finish_reason: "stop" }];

async function spanOf(project: TestProject, traceId: string, spanId: string): Promise<SpanDetail> {
  return project.json<SpanDetail>(`/api/runs/${traceId}/spans/${spanId}`);
}

describe("log records with messages", () => {
  test.each(["after", "before"])("join their span when they come %s it, at once and once projected", async (order) => {
    const project = await newProject();
    const { traceId, call, records } = callWithRecords();
    const send = [() => project.sendTraces(traces([call])), () => sendLogs(project, logs(records))];
    if (order === "before") send.reverse();
    for (const each of send) expect((await each()).status).toBe(200);

    expect(await spanOf(project, traceId, call.spanId)).toMatchObject({ input: INPUT, output: OUTPUT });
    await projectedRun(project, traceId, 1);
    const run = await eventually(
      () => project.json<Run>(`/api/runs/${traceId}`),
      (each) => each.event_count === 4,
    );
    expect(run).toMatchObject({
      span_count: 1,
      event_count: 4,
      last_seq: 4,
      duration_ms: 100,
      llm_call_count: 1,
      input_tokens: 42,
      input_preview: "Weather in Paris?",
      output_preview: "Sunny.",
    });
    expect(await spanOf(project, traceId, call.spanId)).toMatchObject({ input: INPUT, output: OUTPUT });
  });

  test("split one by one, reversed, and sent twice make the same run", async () => {
    const project = await newProject();
    const { traceId, call, records } = callWithRecords();
    await sendLogs(project, logs(records));
    for (const each of records.toReversed()) await sendLogs(project, logs([each]));
    await project.sendTraces(traces([call]));
    await sendLogs(project, logs(records));
    expect(await project.json<Run>(`/api/runs/${traceId}`)).toMatchObject({
      span_count: 1,
      event_count: 4,
      last_seq: 4,
    });
    const { data } = await project.json<{ data: RunEvent[] }>(`/api/runs/${traceId}/events`);
    expect(data.map(({ seq, type }) => [seq, type])).toEqual([
      [1, "LOG"],
      [2, "LOG"],
      [3, "LOG"],
      [4, "SPAN"],
    ]);
    expect(await spanOf(project, traceId, call.spanId)).toMatchObject({ input: INPUT, output: OUTPUT });
  });

  test("two equal messages of one conversation stay two", async () => {
    const project = await newProject();
    const { traceId, call } = callWithRecords();
    const again = record(traceId, call.spanId, "gen_ai.user.message", kvlist({ content: text("Again.") }));
    await sendLogs(project, logs([again, again]));
    await project.sendTraces(traces([call]));
    const { input } = await spanOf(project, traceId, call.spanId);
    expect(input?.map(({ parts }) => parts)).toEqual([
      [{ type: "text", text: "Again." }],
      [{ type: "text", text: "Again." }],
    ]);
  });

  test("do not show on other spans, and what a span says itself comes first", async () => {
    const project = await newProject();
    const { traceId, call, records } = callWithRecords();
    const messages = JSON.stringify([{ role: "user", parts: [{ type: "text", content: "From the span." }] }]);
    const own = span(traceId, "chat own", 0, 50, {
      attributes: [...callAttributes("gpt-4o-mini", 1, 1), { key: "gen_ai.input.messages", value: text(messages) }],
    });
    const child = span(traceId, "child", 0, 10, { parentSpanId: call.spanId });
    const more = records.map((each) => ({ ...each, spanId: own.spanId }));
    await project.sendTraces(traces([call, own, child]));
    await sendLogs(project, logs([...records, ...more]));
    expect(await spanOf(project, traceId, own.spanId)).toMatchObject({
      input: [{ role: "user", parts: [{ type: "text", text: "From the span." }] }],
      output: OUTPUT,
    });
    expect(await spanOf(project, traceId, child.spanId)).toMatchObject({ input: null, output: null });
  });

  test("a cost in a record of its own is the run's, once", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const root = span(traceId, "claude_code.interaction");
    const request = (cost: number, offset: number) => ({
      ...record(traceId, root.spanId, "api_request", text("claude_code.api_request"), offset),
      attributes: [{ key: "cost_usd", value: { doubleValue: cost } }],
    });
    const body = logs([request(0.0003408, 1), request(0.0003408, 2)], "com.anthropic.claude_code.events");
    await sendLogs(project, body);
    await sendLogs(project, body);
    await project.sendTraces(traces([root]));
    expect(await project.json<Run>(`/api/runs/${traceId}`)).toMatchObject({
      client_cost_usd: 0.0006816,
      cost_usd: null,
    });
  });

  test("another project's record of the same span stays there", async () => {
    const [mine, theirs] = [await newProject(), await newProject()];
    const { traceId, call, records } = callWithRecords();
    await mine.sendTraces(traces([call]));
    await sendLogs(theirs, logs(records));
    expect(await spanOf(mine, traceId, call.spanId)).toMatchObject({ input: null, output: null });
    expect((await theirs.fetch(`/api/runs/${traceId}/spans/${call.spanId}`)).status).toBe(404);
  });
});

describe("other logs and metrics", () => {
  test("are accepted, counted and make no run", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const other = [
      record(traceId, hex(8), "device.app.lifecycle", text("started")),
      { body: text("no span at all"), timeUnixNano: "1" },
    ];
    const response = await sendLogs(project, logs(other));
    expect([response.status, await response.text()]).toEqual([200, "{}"]);
    const point = { timeUnixNano: "1", asInt: "1" };
    const metrics = {
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                { name: "a", sum: { dataPoints: [point, point] } },
                { name: "b", gauge: { dataPoints: [point] } },
              ],
            },
          ],
        },
      ],
    };
    const taken = await project.fetch("/v1/metrics", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(metrics),
    });
    expect([taken.status, await taken.text()]).toEqual([200, "{}"]);
    expect((await project.fetch(`/api/runs/${traceId}`)).status).toBe(404);
    const health = await eventually(
      () => project.json<{ dropped: unknown }>("/api/health"),
      ({ dropped }) => JSON.stringify(dropped) === JSON.stringify({ log_records: 2, data_points: 3 }),
    );
    expect(health.dropped).toEqual({ log_records: 2, data_points: 3 });
  });

  test.each(["/v1/logs", "/v1/metrics"])(
    "%s refuses what cannot be decoded, and keys that may not send",
    async (path) => {
      const project = await newProject();
      const post = (to: TestProject, body: string) =>
        to.fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body });
      const bad = await post(project, "{");
      expect([bad.status, await bad.json()]).toEqual([400, { code: 3, message: expect.any(String) }]);
      expect((await post(await newProject(["read"]), "{}")).status).toBe(403);
    },
  );
});
