import { describe, expect, test } from "vitest";
import type { Explanation } from "../../src/domain/explain/finding.ts";
import { callAttributes, hex, newKey, newProject, span, type TestSpan, traces } from "./helpers.ts";
import { connect } from "./mcp-client.ts";

async function explain(key: string, args: Record<string, unknown>) {
  const client = await connect(key);
  const answer = await client.callTool({ name: "explain_run", arguments: args });
  await client.close();
  return { ...answer, told: answer.structuredContent as unknown as Explanation & { url: string } };
}

const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
const messages = (...words: string[]) =>
  text(
    "gen_ai.input.messages",
    JSON.stringify(words.map((word) => ({ role: "user", parts: [{ type: "text", content: word }] }))),
  );

/** An agent that searches twice for the same, fails once, and asks a model with a prompt that repeats. */
function anAgent(id: string): TestSpan[] {
  const root = span(id, "agent", 0, 10_000);
  const tool = (offset: number, more: Partial<TestSpan> = {}) =>
    span(id, "execute_tool search", offset, 1000, {
      parentSpanId: root.spanId,
      attributes: [
        text("gen_ai.operation.name", "execute_tool"),
        text("gen_ai.tool.name", "search"),
        text("gen_ai.tool.call.arguments", '{"q":"cats"}'),
      ],
      ...more,
    });
  const long = "word ".repeat(2000);
  const call = (offset: number, tokens: number, ...words: string[]) =>
    span(id, "chat gpt-4o", offset, 2000, {
      parentSpanId: root.spanId,
      attributes: [...callAttributes("gpt-4o", tokens, 100), messages(...words)],
    });
  return [
    root,
    tool(0, { status: { code: 2, message: "connection refused by 10.0.0.1" } }),
    tool(1500),
    tool(2500),
    call(3500, 2000, long),
    // 2,000 of its 4,000 tokens came again, and none of them from the cache.
    call(8000, 4000, long, long),
  ];
}

describe("explain_run", () => {
  test("says what took the time, what failed, what was done twice and what the cache missed", async () => {
    const project = await newProject();
    const id = hex(16);
    const spans = anAgent(id);
    const [root, failed, second, third, first, last] = spans.map(({ spanId }) => spanId);
    await project.sendTraces(traces(spans));
    const { told } = await explain(project.key, { id });
    expect(told).toMatchObject({
      run_id: id,
      status: "success",
      duration_ms: 10_000,
      // 6,000 x $2.50 and 200 x $10 a million.
      cost_usd: 0.017,
      url: `https://runlight.test/runs/${id}`,
      other_findings: 0,
    });
    expect(told.headline).toMatch(
      /^The run went well: it took 10.0 s and cost \$0.017.*, with 2 model calls in 6 spans/,
    );
    expect(told.critical_path).toEqual([
      { span_id: root, name: "agent", own_ms: 3000, share_percent: 30 },
      { span_id: expect.any(String), name: "chat gpt-4o", own_ms: 2000, share_percent: 20 },
      { span_id: expect.any(String), name: "chat gpt-4o", own_ms: 2000, share_percent: 20 },
      ...[1, 2, 3].map(() => ({
        span_id: expect.any(String),
        name: "execute_tool search",
        own_ms: 1000,
        share_percent: 10,
      })),
    ]);
    const of = (kind: string) => told.findings.filter((finding) => finding.kind === kind);
    expect(of("failed")).toMatchObject([
      {
        severity: "medium",
        what: expect.stringContaining(
          `connection refused by 10.0.0.1. It was done again 500 ms later (${second}), and went well.`,
        ),
        span_ids: [failed],
      },
    ]);
    expect(of("retried")).toMatchObject([{ span_ids: [failed, second], numbers: { lost_ms: 1500 } }]);
    expect(of("repeated")).toMatchObject([{ span_ids: [second, third], numbers: { times_count: 2, wasted_ms: 1000 } }]);
    expect(of("gap")).toMatchObject([{ span_ids: [root], numbers: { gap_ms: 2500, from_ms: 5500 } }]);
    expect(of("uncached_prefix")).toMatchObject([
      // A cached token of gpt-4o costs $1.25 a million less.
      { span_ids: [last], numbers: { missed_tokens: 2000, input_tokens: 6000, saving_usd: 0.0025 } },
    ]);
    expect(of("expensive_call")).toMatchObject([
      { span_ids: [last, first], numbers: { cost_usd: 0.011, run_usd: 0.017 } },
    ]);
    expect(JSON.stringify(told).length).toBeLessThan(8000);
  });

  test("keeps to a focus", async () => {
    const project = await newProject();
    const id = hex(16);
    await project.sendTraces(traces(anAgent(id)));
    const kinds = async (args: object) =>
      (await explain(project.key, { id, ...args })).told.findings.map(({ kind }) => kind);
    expect((await kinds({ focus: "errors" })).sort()).toEqual(["failed", "retried"]);
    expect((await kinds({ focus: "cost" })).sort()).toEqual([
      "expensive_call",
      "repeated",
      "retried",
      "uncached_prefix",
    ]);
    const few = (await explain(project.key, { id, focus: "errors", limit: 1 })).told;
    expect([few.findings.length, few.other_findings]).toEqual([1, 1]);
  });

  test("tells a stream without tokens, and what still runs", async () => {
    const project = await newProject();
    const stream = {
      span_id: "00000000000000b2",
      parent_span_id: "00000000000000b1",
      name: "chat",
      start_time_unix_nano: "1795000000000000000",
      end_time_unix_nano: "1795000001000000000",
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
      },
    };
    const { end_time_unix_nano: _, ...open } = {
      ...stream,
      span_id: "00000000000000b1",
      parent_span_id: null,
      name: "agent",
      attributes: {},
    };
    await project.fetch("/api/runs/going/events", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        events: [
          { type: "SPAN_STARTED", data: open },
          { type: "SPAN", data: stream },
        ],
      }),
    });
    const { told } = await explain(project.key, { id: "going" });
    expect(told.cost_usd).toBeNull();
    expect(told.findings.map(({ kind, span_ids }) => [kind, span_ids])).toContainEqual([
      "running",
      ["00000000000000b1"],
    ]);
    expect(told.findings.find(({ kind }) => kind === "unknown_cost")).toMatchObject({
      span_ids: ["00000000000000b2"],
      suggestion: expect.stringContaining("include_usage"),
    });
  });

  test("knows nothing of another project", async () => {
    const project = await newProject();
    const other = await newProject();
    expect((await explain(project.key, { id: "none" })).content).toMatchObject([
      { text: expect.stringMatching(/^run_not_found: /) },
    ]);
    const id = hex(16);
    await project.sendTraces(traces(anAgent(id)));
    expect(await explain(other.key, { id })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^run_not_found: /) }],
    });
    const blind = await explain(await newKey(project.id, ["ingest"]), { id });
    expect(blind).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^forbidden: /) }] });
  });
});
