import { describe, expect, test } from "vitest";
import { callAttributes, eventually, hex, newProject, span, type TestProject, traces } from "./helpers.ts";
import { connect } from "./mcp-client.ts";

/** A run of an agent that asks a model, calls a tool that fails, and asks again. */
async function failingRun(project: TestProject): Promise<{ id: string; call: string; tool: string }> {
  const id = hex(16);
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const root = span(id, "answer", 0, 5_000, { attributes: [text("gen_ai.operation.name", "invoke_agent")] });
  const messages = JSON.stringify([{ role: "user", parts: [{ type: "text", content: "Where is my parcel?" }] }]);
  const call = span(id, "chat", 100, 1_000, {
    parentSpanId: root.spanId,
    attributes: [...callAttributes("gpt-4o", 900, 20), text("gen_ai.input.messages", messages)],
  });
  const tool = span(id, "track", 1_200, 300, {
    parentSpanId: root.spanId,
    attributes: [text("gen_ai.operation.name", "execute_tool"), text("gen_ai.tool.name", "track")],
    status: { code: 2, message: "no such parcel" },
  });
  await project.sendTraces(traces([root, call, tool], "shop"));
  return { id, call: call.spanId, tool: tool.spanId };
}

type Answer = { structuredContent?: unknown; isError?: boolean; content: unknown };

async function ask(key: string, name: string, args: object = {}): Promise<Answer> {
  const client = await connect(key);
  try {
    return (await client.callTool({ name, arguments: args as Record<string, unknown> })) as Answer;
  } finally {
    await client.close();
  }
}

describe("the MCP server", () => {
  test("speaks the newest revision, says what it is, and describes every tool", async () => {
    const project = await newProject();
    const client = await connect(project.key);
    expect(client.getNegotiatedProtocolVersion()).toBe("2026-07-28");
    expect(client.getServerVersion()).toMatchObject({ name: "runlight" });
    const { tools } = await client.listTools();
    for (const tool of tools) {
      expect(tool.description?.length, tool.name).toBeGreaterThan(60);
      expect(tool.outputSchema, tool.name).toBeDefined();
      expect(tool.annotations, tool.name).toMatchObject({ readOnlyHint: expect.any(Boolean) });
    }
    await client.close();
  });

  test("finds a run by what it is, once it is projected", async () => {
    const project = await newProject();
    const { id } = await failingRun(project);
    const found = await eventually(
      () => ask(project.key, "search_runs", { filter: { service: ["shop"], has_error: true } }),
      ({ structuredContent }) => (structuredContent as { runs: unknown[] }).runs.length === 1,
    );
    expect(found.structuredContent).toMatchObject({
      runs: [{ id, name: "answer", models: ["gpt-4o"], total_tokens: 920, url: `https://runlight.test/runs/${id}` }],
      next_cursor: null,
    });
  });

  test("reads a run as an outline, its calls, and a span piece by piece", async () => {
    const project = await newProject();
    const { id, call, tool } = await failingRun(project);
    const run = await ask(project.key, "get_run", { id });
    expect(run.structuredContent).toMatchObject({ run: { id, error_count: 1, llm_call_count: 1 }, shown_spans: 3 });
    const { outline } = run.structuredContent as { outline: string };
    expect(outline.split("\n").slice(1)).toEqual([
      `  [${call}] chat (llm · gpt-4o) 1 s, 900 → 20 tokens, $0.00245`,
      `  [${tool}] track (tool) 300 ms FAILED: no such parcel`,
    ]);
    const focused = await ask(project.key, "get_run", { id, focus: tool });
    expect(focused.structuredContent).toMatchObject({ shown_spans: 1, hidden_spans: 0 });
    const calls = await ask(project.key, "get_llm_calls", { run_id: id });
    expect(calls.structuredContent).toMatchObject({ total: 1, calls: [{ span_id: call, cost_usd: 0.00245 }] });
    const whole = await ask(project.key, "get_span", { run_id: id, span_id: call });
    expect(whole.structuredContent).toMatchObject({
      span: { model: "gpt-4o", input_tokens: 900 },
      input: { text: "user: Where is my parcel?", chars: 25, next_offset: null },
      output: null,
    });
    const piece = await ask(project.key, "get_span", {
      run_id: id,
      span_id: call,
      part: "attributes",
      offset: 100,
      max_chars: 100,
    });
    expect(piece.structuredContent).toMatchObject({ attributes: { next_offset: 200 } });
    expect(piece.structuredContent).not.toHaveProperty("input");
  });

  test("has a view for a run, all in one page, and hides from the model what only the view calls", async () => {
    const project = await newProject();
    const { id, tool } = await failingRun(project);
    const client = await connect(project.key);
    const { tools } = await client.listTools();
    const { _meta: shown } = tools.find(({ name }) => name === "show_run") ?? {};
    expect(shown).toMatchObject({ ui: { resourceUri: "ui://runlight/waterfall.html" } });
    const { _meta: hidden } = tools.find(({ name }) => name === "run_spans") ?? {};
    expect(hidden).toEqual({ ui: { visibility: ["app"] } });
    const { contents } = await client.readResource({ uri: "ui://runlight/waterfall.html" });
    const [page] = contents as { mimeType: string; text: string }[];
    expect(page?.mimeType).toBe("text/html;profile=mcp-app");
    expect(page?.text).toMatch(/^<!doctype html>/i);
    expect(page?.text).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
    await client.close();
    const spans = await ask(project.key, "run_spans", { run_id: id, after: 1 });
    expect(spans.structuredContent).toMatchObject({ run: { id }, last_seq: 3, spans: [{ seq: 2 }, { span_id: tool }] });
  });

  test("follows a run while it goes on", async () => {
    const project = await newProject();
    const { id } = await project.json<{ id: string }>("/api/runs", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ kind: "agent", name: "long" }),
    });
    const waiting = ask(project.key, "tail_run", { run_id: id, after: 1, wait_seconds: 20 });
    await project.fetch(`/api/runs/${id}/events`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ events: [{ type: "CUSTOM", data: { name: "step", value: "x".repeat(5_000) } }] }),
    });
    expect((await waiting).structuredContent).toMatchObject({
      status: "running",
      events: [{ seq: 2, type: "CUSTOM", cut: false }],
      next_after: 2,
    });
    const short = await ask(project.key, "tail_run", { run_id: id, after: -1, max_chars: 500 });
    expect(short.structuredContent).toMatchObject({ events: [{ seq: 2, cut: true }] });
  });

  test("lists sessions and offers runs and sessions as resources that complete themselves", async () => {
    const project = await newProject();
    const id = hex(16);
    const session = { key: "session.id", value: { stringValue: "chat 1/2" } };
    await project.sendTraces(traces([span(id, "hello", 0, 10, { attributes: [session] })]));
    const sessions = await eventually(
      () => ask(project.key, "list_sessions"),
      ({ structuredContent }) => (structuredContent as { sessions: unknown[] }).sessions.length === 1,
    );
    expect(sessions.structuredContent).toMatchObject({ sessions: [{ id: "chat 1/2", run_count: 1 }] });
    const client = await connect(project.key);
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([
      "ui://runlight/waterfall.html",
      `run://${id}`,
      "session://chat%201%2F2",
    ]);
    const run = await client.readResource({ uri: `run://${id}` });
    expect(run.contents).toMatchObject([
      { mimeType: "text/plain", text: expect.stringContaining("hello (span) 10 ms") },
    ]);
    const read = await client.readResource({ uri: "session://chat%201%2F2" });
    expect(read.contents).toMatchObject([{ text: expect.stringContaining(id) }]);
    const completed = await client.complete({
      ref: { type: "ref/resource", uri: "run://{id}" },
      argument: { name: "id", value: id.slice(0, 4) },
    });
    expect(completed.completion.values).toEqual([id]);
    await expect(client.readResource({ uri: "run://nobody" })).rejects.toThrow("run_not_found");
    await client.close();
  });

  test("has prompts that name only tools that there are", async () => {
    const project = await newProject();
    const client = await connect(project.key);
    const { prompts } = await client.listPrompts();
    const tools = new Set((await client.listTools()).tools.map(({ name }) => name));
    expect(prompts.map(({ name }) => name)).toEqual([
      "debug_run",
      "cut_cost",
      "incident_report",
      "compare_before_after",
    ]);
    const args = { run_id: "r", before: "a", after: "b" };
    for (const { name, arguments: takes = [] } of prompts) {
      const names = takes.map((each) => each.name);
      const given = Object.fromEntries(Object.entries(args).filter(([key]) => names.includes(key)));
      const { messages } = await client.getPrompt({ name, arguments: given });
      const text = JSON.stringify(messages);
      const named = text.match(/\b(?:get|search|explain|find|compare|analyze)_[a-z_]+/g) ?? [];
      expect(named.length, name).toBeGreaterThan(0);
      expect(
        named.filter((tool) => !tools.has(tool)),
        name,
      ).toEqual([]);
    }
    await client.close();
  });

  test("tells a caller what it did wrong, and nothing of other projects", async () => {
    const [project, other, sender] = [await newProject(), await newProject(), await newProject(["ingest"])];
    const { id, call } = await failingRun(other);
    const refusals: [key: string, tool: string, args: object, says: string][] = [
      [sender.key, "search_runs", {}, "forbidden"],
      [project.key, "get_run", { id }, "run_not_found"],
      [project.key, "get_span", { run_id: id, span_id: call }, "run_not_found"],
      [project.key, "get_llm_calls", { run_id: id }, "run_not_found"],
      [project.key, "tail_run", { run_id: id }, "run_not_found"],
      [other.key, "get_run", { id, focus: "nobody" }, "span_not_found"],
      [other.key, "get_span", { run_id: id, span_id: "nobody" }, "span_not_found"],
      [other.key, "search_runs", { cursor: "nonsense" }, "invalid_request"],
      [other.key, "get_llm_calls", { run_id: id, cursor: "nonsense" }, "invalid_request"],
    ];
    for (const [key, tool, args, says] of refusals) {
      const answer = await ask(key, tool, args);
      expect(answer, `${tool} ${JSON.stringify(args)}`).toMatchObject({
        isError: true,
        content: [{ type: "text", text: expect.stringContaining(says) }],
      });
    }
    expect((await ask(project.key, "search_runs")).structuredContent).toEqual({ runs: [], next_cursor: null });
    expect((await ask(project.key, "list_sessions")).structuredContent).toEqual({ sessions: [], next_cursor: null });
  });
});
