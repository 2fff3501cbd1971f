import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Run, SpanDetail, SpanRow } from "../../src/domain/runs/schema.ts";
import { eventually, hex, newProject, span, type TestProject, traces } from "./helpers.ts";

const START = "1795227727697123457";

async function append(project: TestProject, run: string, ...events: [type: string, data: object][]): Promise<void> {
  const response = await project.fetch(`/api/runs/${run}/events`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ events: events.map(([type, data]) => ({ type, data })) }),
  });
  expect(response.status).toBe(200);
}

async function spansOf(project: TestProject, run: string): Promise<SpanRow[]> {
  return (await project.json<{ data: SpanRow[] }>(`/api/runs/${run}/spans`)).data;
}

/** A span as it begins, and its end. */
function work(name: string, parent: string | null = null) {
  const began = {
    span_id: hex(8),
    parent_span_id: parent,
    name,
    start_time_unix_nano: START,
    attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search" },
    resource: { "service.name": "desk" },
    scope: { name: "test", version: "1" },
  };
  return { began, ended: { ...began, end_time_unix_nano: "1795227728697123457", status: { code: "ok" } } };
}

describe("a span that has begun and not ended", () => {
  test("is listed with its start, no end and the seq of its start", async () => {
    const project = await newProject();
    const { began } = work("look it up");
    await append(project, "r", ["RUN_STARTED", {}], ["SPAN_STARTED", { ...began, status: { code: "error" } }]);
    expect(await spansOf(project, "r")).toEqual([
      {
        seq: 2,
        span_id: began.span_id,
        parent_span_id: null,
        name: "look it up",
        kind: "internal",
        step: "tool",
        status: "unset",
        status_message: null,
        service: "desk",
        started_at: "2026-11-21T02:22:07.697123457Z",
        ended_at: null,
        duration_ms: null,
        model: null,
        provider: null,
        tool_name: "search",
        agent_name: null,
        input_tokens: null,
        cached_input_tokens: null,
        output_tokens: null,
        reasoning_tokens: null,
        time_to_first_token_ms: null,
        cost_usd: null,
        unpriced: null,
        event_count: 0,
      },
    ]);
  });

  test("gives its place to its end, also one that came before it, in the log and in the archive", async () => {
    const project = await newProject();
    const [first, second, late] = [work("first"), work("second"), work("late")];
    await append(project, "r", ["SPAN_STARTED", first.began], ["SPAN_STARTED", second.began]);
    await append(project, "r", ["SPAN", late.ended], ["SPAN", first.ended], ["SPAN_STARTED", late.began]);
    const seen = (rows: SpanRow[]) => rows.map(({ seq, name, duration_ms }) => [seq, name, duration_ms]);
    const expected = [
      [2, "second", null],
      [3, "late", 1000],
      [4, "first", 1000],
    ];
    expect(seen(await spansOf(project, "r"))).toEqual(expected);
    await eventually(
      () => project.json<{ data: unknown[] }>("/api/runs"),
      ({ data }) => data.length === 1,
    );
    expect(seen(await spansOf(project, "r"))).toEqual(expected);
  });

  test("is opened with what it began with, and whole once it has ended, by the seq of its start too", async () => {
    const project = await newProject();
    const { began, ended } = work("look it up");
    await append(project, "r", ["CUSTOM", { name: "x", value: 1 }], ["SPAN_STARTED", began]);
    const open = (query: string) => project.json<SpanDetail>(`/api/runs/r/spans/${began.span_id}${query}`);
    for (const query of ["", "?seq=2", "?seq=1"]) {
      expect(await open(query)).toMatchObject({
        seq: 2,
        ended_at: null,
        duration_ms: null,
        attributes: began.attributes,
        resource: began.resource,
        scope: began.scope,
      });
    }
    await append(project, "r", ["CUSTOM", { name: "x", value: 2 }], ["SPAN", ended]);
    for (const query of ["", "?seq=2", "?seq=4"]) {
      expect(await open(query)).toMatchObject({ seq: 4, status: "ok", duration_ms: 1000 });
    }
    expect((await project.fetch(`/api/runs/r/spans/${hex(8)}`)).status).toBe(404);
  });
});

test("a span of OpenTelemetry without the time of its end has no length, least of all a negative one", async () => {
  const project = await newProject();
  const traceId = hex(16);
  await project.sendTraces(traces([span(traceId, "open", 0, 0, { endTimeUnixNano: "0" })]));
  const [row] = await spansOf(project, traceId);
  expect(row).toMatchObject({ name: "open", ended_at: null, duration_ms: null });
});

describe("a run that is silent", () => {
  /** The run, its row as if it had been heard of last so long ago. */
  async function heardOf(project: TestProject, run: string, agoMs: number): Promise<{ row: Run; seen: number }> {
    const seen = Date.now() - agoMs;
    const { meta } = await env.DB.prepare("UPDATE runs SET seen_at = ? WHERE project_id = ? AND id = ?")
      .bind(seen, project.id, run)
      .run();
    expect(meta.changes).toBe(1);
    return { row: await project.json<Run>(`/api/runs/${run}`), seen };
  }

  const listed = async (project: TestProject) => (await project.json<{ data: Run[] }>("/api/runs")).data;

  test("has stalled after two minutes, until it speaks again, and is over after ten", async () => {
    const project = await newProject();
    await append(project, "r", ["RUN_STARTED", { name: "slow" }]);
    const [first] = await eventually(
      () => listed(project),
      ({ length }) => length === 1,
    );
    expect([first?.status, first?.stalled]).toEqual(["running", false]);
    expect(Math.abs(Date.parse(first?.seen_at ?? "") - Date.now())).toBeLessThan(10_000);

    const answers = [];
    for (const agoMs of [110_000, 120_000, 599_000, 601_000]) {
      const { row, seen } = await heardOf(project, "r", agoMs);
      expect(row.seen_at).toBe(new Date(seen).toISOString());
      expect(await listed(project)).toEqual([row]);
      answers.push([agoMs, row.status, row.stalled]);
    }
    expect(answers).toEqual([
      [110_000, "running", false],
      [120_000, "running", true],
      [599_000, "running", true],
      [601_000, "success", false],
    ]);

    await heardOf(project, "r", 180_000);
    await append(project, "r", ["STEP_STARTED", { stepName: "on" }]);
    expect(await project.json<Run>("/api/runs/r")).toMatchObject({ status: "running", stalled: false, event_count: 2 });
  });

  test("is not stalled once it has ended, however long ago", async () => {
    const project = await newProject();
    await append(project, "r", ["RUN_STARTED", {}], ["RUN_FINISHED", {}]);
    await eventually(
      () => listed(project),
      ({ length }) => length === 1,
    );
    expect((await heardOf(project, "r", 300_000)).row).toMatchObject({ status: "success", stalled: false });
  });
});
