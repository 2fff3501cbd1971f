import { describe, expect, test } from "vitest";
import { LIST_VERSION } from "../../src/domain/prices/list.ts";
import type { Run, SpanDetail, SpanRow } from "../../src/domain/runs/schema.ts";
import {
  callAttributes,
  eventually,
  hex,
  newProject,
  projectedRun,
  request,
  span,
  T0,
  type TestProject,
  traces,
} from "./helpers.ts";

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

async function listed(project: TestProject, query: string): Promise<string[]> {
  const { data } = await project.json<{ data: Run[] }>(`/api/runs?${query}`);
  return data.map((run) => run.name);
}

describe("a run by id", () => {
  test("is whole the moment its write was acknowledged, and the same after the projection", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const root = span(traceId, "answer the question", 0, 1500, {
      attributes: [text("session.id", "s-1"), text("user.id", "u-1")],
    });
    const call = span(traceId, "chat gpt-4o", 10, 900, {
      parentSpanId: root.spanId,
      attributes: [
        ...callAttributes("gpt-4o-2024-08-06", 42, 12),
        { key: "gen_ai.usage.cache_read.input_tokens", value: { intValue: "16" } },
        text(
          "gen_ai.input.messages",
          JSON.stringify([{ role: "user", parts: [{ type: "text", content: "What is the  weather?" }] }]),
        ),
        text(
          "gen_ai.output.messages",
          JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: "Sunny." }] }]),
        ),
      ],
    });
    const tool = span(traceId, "execute_tool weather", 950, 100, {
      parentSpanId: root.spanId,
      attributes: [text("gen_ai.operation.name", "execute_tool"), text("gen_ai.tool.name", "weather")],
      status: { code: 2, message: "station is offline" },
    });
    await project.sendTraces(traces([call, tool, root], "weather-bot"));
    const expected = {
      id: traceId,
      kind: "trace",
      name: "answer the question",
      status: "success",
      stalled: false,
      service: "weather-bot",
      environment: null,
      version: null,
      session_id: "s-1",
      user_id: "u-1",
      parent_run_id: null,
      tags: [],
      metadata: {},
      started_at: nanoText(T0),
      ended_at: nanoText(T0 + 1_500_000_000n),
      duration_ms: 1500,
      seen_at: expect.stringMatching(/^20\d\d-/),
      span_count: 3,
      event_count: 3,
      llm_call_count: 1,
      tool_call_count: 1,
      error_count: 1,
      input_tokens: 42,
      cached_input_tokens: 16,
      cache_write_tokens: null,
      output_tokens: 12,
      reasoning_tokens: null,
      // 26 at $2.50, 16 cached at $1.25 and 12 out at $10 a million.
      cost_usd: 0.000205,
      known_cost_usd: 0.000205,
      unpriced_call_count: 0,
      unpriced: {},
      price_version: LIST_VERSION,
      client_cost_usd: null,
      models: ["gpt-4o-2024-08-06"],
      providers: ["openai"],
      agents: [],
      tools: ["weather"],
      prompts: [],
      first_seq: 1,
      last_seq: 3,
      input_preview: "What is the weather?",
      output_preview: "Sunny.",
      url: `/runs/${traceId}`,
    };
    expect(await project.json<Run>(`/api/runs/${traceId}`)).toEqual(expected);
    expect(await projectedRun(project, traceId, 3)).toEqual(expected);
    expect(await project.json<Run>(`/api/runs/${traceId}`)).toEqual(expected);
  });

  test("is running until its root span came", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const root = span(traceId, "root");
    await project.sendTraces(traces([span(traceId, "child", 1, 10, { parentSpanId: root.spanId })]));
    expect(await project.json<Run>(`/api/runs/${traceId}`)).toMatchObject({ status: "running", name: "child" });
    await projectedRun(project, traceId, 1);
    expect(await listed(project, "status=running")).toEqual(["child"]);
    await project.sendTraces(traces([{ ...root, status: { code: 2 } }]));
    expect(await project.json<Run>(`/api/runs/${traceId}`)).toMatchObject({ status: "error", name: "root" });
    await projectedRun(project, traceId, 2);
    expect([await listed(project, "status=running"), await listed(project, "status=error")]).toEqual([[], ["root"]]);
  });

  test("is not found for those of another project, by no door", async () => {
    const [mine, other] = [await newProject(), await newProject()];
    const one = span(hex(16), "mine");
    await mine.sendTraces(traces([one]));
    await projectedRun(mine, one.traceId, 1);
    for (const path of ["", "/events", "/spans", `/spans/${one.spanId}`, "/llm-calls"]) {
      const response = await other.fetch(`/api/runs/${one.traceId}${path}`);
      const { error } = (await response.json()) as { error: { code: string } };
      expect([path, response.status, error.code]).toEqual([path, 404, "run_not_found"]);
    }
    const socket = await other.fetch(`/api/runs/${one.traceId}/subscribe`, { headers: { upgrade: "websocket" } });
    expect(socket.status).toBe(404);
    expect(await listed(other, "")).toEqual([]);
    expect((await mine.fetch(`/api/runs/${one.traceId}/spans/ffffffffffffffff`)).status).toBe(404);
  });
});

describe("spans", () => {
  test("are listed without bodies and opened with them, by seq or without", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const root = span(traceId, "root", 0, 10, { attributes: [text("note", "<b>raw</b>")] });
    await project.sendTraces(traces([root]));
    for (const state of ["in the log", "projected"]) {
      if (state === "projected") await projectedRun(project, traceId, 1);
      const { data } = await project.json<{ data: SpanRow[] }>(`/api/runs/${traceId}/spans`);
      expect(data).toMatchObject([
        { seq: 1, span_id: root.spanId, parent_span_id: null, name: "root", step: "span", duration_ms: 10 },
      ]);
      expect(data[0]).not.toHaveProperty("attributes");
      for (const query of ["", "?seq=1", "?seq=99"]) {
        const detail = await project.json<SpanDetail>(
          `/api/runs/${traceId}/spans/${root.spanId.toUpperCase()}${query}`,
        );
        expect(detail).toMatchObject({
          attributes: { note: "<b>raw</b>" },
          resource: { "service.name": "test-service" },
        });
      }
    }
  });

  test("page as events, oldest first, to the last", async () => {
    const project = await newProject();
    const traceId = hex(16);
    for (let n = 0; n < 5; n++) await project.sendTraces(traces([span(traceId, `s${n}`, n)]));
    const seqs: number[] = [];
    let cursor: string | null = "0";
    while (cursor !== null) {
      const page: { data: { seq: number }[]; next_cursor: string | null; last_seq: number } = await project.json(
        `/api/runs/${traceId}/events?limit=2&after=${cursor}`,
      );
      expect(page.last_seq).toBe(5);
      seqs.push(...page.data.map((event) => event.seq));
      cursor = page.next_cursor;
    }
    expect(seqs).toEqual([1, 2, 3, 4, 5]);
  });
});

describe("the list of runs", () => {
  test("is newest first and filters by what it says", async () => {
    const project = await newProject();
    const make = async (
      name: string,
      offsetMs: number,
      service: string,
      attributes: [string, string][],
      failed = false,
    ) => {
      const root = span(hex(16), name, offsetMs, 10, {
        attributes: attributes.map(([key, value]) => text(key, value)),
        ...(failed ? { status: { code: 2 } } : {}),
      });
      await project.sendTraces(traces([root], service));
    };
    await make("first", 0, "a", [["session.id", "s1"]]);
    await make(
      "second",
      1000,
      "b",
      [
        ["session.id", "s1"],
        ["user.id", "u1"],
      ],
      true,
    );
    await make("third", 2000, "a", [["user.id", "u2"]]);
    await eventually(
      () => listed(project, ""),
      (names) => names.length === 3,
    );

    expect(await listed(project, "")).toEqual(["third", "second", "first"]);
    expect(await listed(project, "service=a")).toEqual(["third", "first"]);
    expect(await listed(project, "session_id=s1")).toEqual(["second", "first"]);
    expect(await listed(project, "user_id=u2")).toEqual(["third"]);
    expect(await listed(project, "has_error=true")).toEqual(["second"]);
    expect(await listed(project, "has_error=false")).toEqual(["third", "first"]);
    expect(await listed(project, "status=error")).toEqual(["second"]);
    expect(await listed(project, "kind=agent")).toEqual([]);
    expect(await listed(project, "kind=trace&service=a&status=success")).toEqual(["third", "first"]);
    const second = nanoText(T0 + 1_000_000_000n);
    expect(await listed(project, `from=${second}`)).toEqual(["third", "second"]);
    expect(await listed(project, `to=${second}`)).toEqual(["first"]);
  });

  test("pages without a gap or a repeat while runs come in, even where many began at once", async () => {
    const project = await newProject();
    const roots = Array.from({ length: 7 }, (_, n) => span(hex(16), `r${n}`, n < 4 ? 0 : n));
    await project.sendTraces(traces(roots));
    await eventually(
      () => listed(project, ""),
      (names) => names.length === 7,
    );
    const seen: string[] = [];
    let cursor: string | null = "";
    let pages = 0;
    while (cursor !== null) {
      const page: { data: Run[]; next_cursor: string | null } = await project.json(
        `/api/runs?limit=2${cursor ? `&cursor=${cursor}` : ""}`,
      );
      seen.push(...page.data.map((run) => run.name));
      cursor = page.next_cursor;
      pages++;
      if (pages === 1) {
        await project.sendTraces(traces([span(hex(16), "late", 60_000)]));
        await eventually(
          () => listed(project, ""),
          (names) => names.includes("late"),
        );
      }
    }
    expect([...seen].sort()).toEqual(["r0", "r1", "r2", "r3", "r4", "r5", "r6"]);
  });

  test.each(["cursor=nonsense", "from=yesterday", "limit=0", "limit=201", "status=odd", "has_error=maybe"])(
    "refuses ?%s with 400 and a sentence",
    async (query) => {
      const project = await newProject();
      const response = await project.fetch(`/api/runs?${query}`);
      const { error } = (await response.json()) as { error: { code: string; message: string; request_id: string } };
      expect([response.status, error.code]).toEqual([400, "invalid_request"]);
      expect(error.message.length).toBeGreaterThan(20);
      expect(error.request_id).toBe(response.headers.get("x-request-id"));
    },
  );
});

test("the OpenAPI document names every route of the contract", async () => {
  const project = await newProject();
  const { paths } = await project.json<{ paths: Record<string, unknown> }>("/api/openapi.json");
  expect(Object.keys(paths).sort()).toEqual(
    expect.arrayContaining([
      "/api/dead-letters",
      "/api/health",
      "/api/runs",
      "/api/runs/{id}",
      "/api/runs/{id}/events",
      "/api/runs/{id}/llm-calls",
      "/api/runs/{id}/spans",
      "/api/runs/{id}/spans/{span_id}",
      "/v1/traces",
    ]),
  );
  expect((await request("/api/openapi.json")).status).toBe(401);
});

function nanoText(nano: bigint): string {
  const fraction = String(nano % 1_000_000_000n).padStart(9, "0");
  return `${new Date(Number(nano / 1_000_000n)).toISOString().slice(0, 19)}.${fraction}Z`;
}
