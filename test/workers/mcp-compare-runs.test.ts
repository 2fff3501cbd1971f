import { describe, expect, test } from "vitest";
import type { Comparison } from "../../src/domain/compare/schema.ts";
import { callAttributes, hex, newKey, newProject, span, type TestSpan, traces } from "./helpers.ts";
import { connect } from "./mcp-client.ts";

async function compare(key: string, args: Record<string, unknown>) {
  const client = await connect(key);
  const answer = await client.callTool({ name: "compare_runs", arguments: args });
  await client.close();
  const [text] = answer.content as { text: string }[];
  return { ...answer, chars: text?.text.length, told: answer.structuredContent as unknown as Comparison };
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const answered = (words: string) =>
  text("gen_ai.output.messages", JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: words }] }]));

/** An agent that searches, or asks its memory first and fails to, and answers. */
function anAgent(
  id: string,
  { model, tokens, words, memory }: Record<"model" | "words", string> & { tokens: number; memory: boolean },
) {
  const root = span(id, "agent", 0, memory ? 4000 : 2000);
  const under = { parentSpanId: root.spanId };
  const tool = (name: string, offset: number, more: Partial<TestSpan> = {}) =>
    span(id, `execute_tool ${name}`, offset, 500, {
      ...under,
      attributes: [text("gen_ai.operation.name", "execute_tool"), text("gen_ai.tool.name", name)],
      ...more,
    });
  return [
    root,
    ...(memory ? [tool("recall", 0)] : []),
    tool("search", 500, memory ? { status: { code: 2, message: "quota exceeded" } } : {}),
    span(id, `chat ${model}`, 1000, memory ? 3000 : 1000, {
      ...under,
      attributes: [...callAttributes(model, tokens, 100), answered(words)],
    }),
  ];
}

/** Two runs of a project: before, after. */
async function twoRuns() {
  const project = await newProject();
  const [a, b] = [hex(16), hex(16)];
  const before = anAgent(a, { model: "gpt-4o", tokens: 1000, words: "The capital is Canberra.", memory: false });
  const after = anAgent(b, { model: "gpt-4o-mini", tokens: 3000, words: "The capital is Sydney.", memory: true });
  await project.sendTraces(traces(before));
  await project.sendTraces(traces(after));
  return { project, a, b, before, after };
}

describe("compare_runs", () => {
  test("says what differs in path, status, models, tokens, cost, time and output", async () => {
    const { project, a, b, before, after } = await twoRuns();
    const { told } = await compare(project.key, { a, b });
    expect(told.summary).toEqual([
      "Both runs: success.",
      "2.0 s -> 4.0 s (+100 %).",
      "$0.0035 -> $0.00051 (-85.4 %).",
      "1000 tokens in -> 3000 tokens in (+200 %).",
      "0 errors -> 1 errors.",
      "Paths: only b has agent > recall.",
      "Models only in a: gpt-4o; only in b: gpt-4o-mini.",
      "Their outputs have 67 % in common.",
    ]);
    expect(told.a).toMatchObject({ id: a, status: "success", url: `https://runlight.test/runs/${a}` });
    expect(told.totals).toMatchObject({
      duration_ms: { a: 2000, b: 4000, change: 2000, change_percent: 100 },
      cost_usd: { a: 0.0035, b: 0.00051, change: -0.00299, change_percent: -85.4 },
      error_count: { a: 0, b: 1, change: 1, change_percent: null },
    });
    expect(told.path).toMatchObject({
      aligned: 3,
      only_a: [],
      only_b: [{ path: "agent > recall", times: 1, span_ids: [after[1]?.spanId], spans: 1, duration_ms: 500 }],
    });
    expect(told.status_changes).toEqual([
      {
        path: "agent > search",
        a_span_id: before[1]?.spanId,
        b_span_id: after[2]?.spanId,
        a: expect.any(String),
        b: "error",
        message: "quota exceeded",
      },
    ]);
    expect(told.biggest.own_ms[0]).toMatchObject({
      path: "agent > chat *",
      a_span_id: before[2]?.spanId,
      b_span_id: after[3]?.spanId,
      a: 1000,
      b: 3000,
      change: 2000,
    });
    expect(told.output).toMatchObject({ diff: "The capital is [-Canberra-]{+Sydney+}.", left_out_chars: 0 });
    expect(told.left_out).toBe(0);
  });

  test("has schemas of what it takes and gives, and answers over REST as well", async () => {
    const { project, a, b } = await twoRuns();
    const client = await connect(project.key);
    const tool = (await client.listTools()).tools.find(({ name }) => name === "compare_runs");
    await client.close();
    expect(tool?.annotations).toMatchObject({ readOnlyHint: true });
    expect(Object.keys(tool?.outputSchema?.properties ?? {})).toContain("status_changes");
    const { told } = await compare(project.key, { a, b, max_chars: 100_000 });
    expect(await project.json(`/api/runs/${a}/compare/${b}`)).toEqual({
      ...told,
      a: { ...told.a, url: `/runs/${a}` },
      b: { ...told.b, url: `/runs/${b}` },
    });
  });

  test("keeps to the characters it may use, and says what it left out", async () => {
    const project = await newProject();
    const runs = [hex(16), hex(16)];
    for (const [n, id] of runs.entries()) {
      const root = span(id, "batch", 0, 60_000, {
        attributes: [text("gen_ai.operation.name", "invoke_agent"), answered(`${n} words `.repeat(2000))],
      });
      const items = Array.from({ length: 60 }, (_, i) =>
        span(id, `item ${n} ${i} ${"x".repeat(100)}`, i * 1000, 900, { parentSpanId: root.spanId }),
      );
      await project.sendTraces(traces([root, ...items]));
    }
    const [a, b] = runs;
    const { told, chars } = await compare(project.key, { a, b, limit: 50, max_chars: 4000 });
    expect(chars).toBeLessThanOrEqual(4000);
    expect(told.left_out).toBeGreaterThan(200);
    expect(told.output?.left_out_chars).toBeGreaterThan(1000);
    const more = await compare(project.key, { a, b, limit: 50, max_chars: 40_000 });
    expect(more.told.path.only_b).toHaveLength(50);
    expect(more.told.left_out).toBeLessThan(told.left_out);
  });

  test("compares runs that have events and no spans by their results", async () => {
    const project = await newProject();
    for (const [id, result] of [
      ["one", "red"],
      ["two", "blue"],
    ]) {
      await project.fetch(`/api/runs/${id}/events`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          events: [
            { type: "RUN_STARTED", data: { name: "paint" } },
            { type: "TEXT_MESSAGE_CONTENT", data: { messageId: "m", delta: "thinking" } },
            { type: "RUN_FINISHED", data: { result } },
          ],
        }),
      });
    }
    const { told } = await compare(project.key, { a: "one", b: "two" });
    expect(told.output).toMatchObject({ diff: "[-red-]{+blue+}" });
    expect(told.summary).toContain("No spans, and so no path: one, two. tail_run shows the events.");
  });

  test("knows nothing of another project, on either side", async () => {
    const { project, a, b } = await twoRuns();
    const other = await twoRuns();
    for (const args of [
      { a, b: other.a },
      { a: other.a, b },
      { a: "none", b },
    ]) {
      expect(await compare(project.key, args)).toMatchObject({
        isError: true,
        content: [{ text: expect.stringMatching(/^run_not_found: /) }],
      });
      const path = `/api/runs/${args.a}/compare/${args.b}`;
      expect((await project.fetch(path)).status).toBe(404);
    }
    const blind = await compare(await newKey(project.id, ["ingest"]), { a, b });
    expect(blind).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^forbidden: /) }] });
  });
});
