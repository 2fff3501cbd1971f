import { describe, expect, test } from "vitest";
import { contextOf, spanWith } from "../../../test/fixtures/span.ts";
import type { Attributes, Span, SpanFacts } from "../../events/span.ts";
import type { SpanContent } from "../model.ts";
import { isBookkeeping, readContent, readFacts } from "./index.ts";

const json = JSON.stringify;
const CLAUDE_CODE = "com.anthropic.claude_code.tracing";

function facts(attributes: Attributes, more: Partial<Span> = {}, scope?: string): SpanFacts {
  return readFacts(spanWith(attributes, more), contextOf(scope));
}

function content(attributes: Attributes, more: Partial<Span> = {}, scope?: string): SpanContent {
  return readContent(spanWith(attributes, more), contextOf(scope));
}

const said = (role: string, text: string) => ({ role, parts: [{ type: "text" as const, text }] });

describe("which step a span is", () => {
  test.each<[string, Attributes, Partial<SpanFacts>, string?]>([
    ["Vercel's call", { "ai.operationId": "ai.streamObject.doStream" }, { step: "llm", operation: "chat" }],
    ["Vercel's function around it", { "ai.operationId": "ai.streamObject" }, { step: "chain" }],
    [
      "Vercel's embedding",
      { "ai.operationId": "ai.embedMany.doEmbed" },
      { step: "embedding", operation: "embeddings" },
    ],
    ["Vercel's function around it", { "ai.operationId": "ai.embedMany" }, { step: "chain" }],
    ["Vercel's reranking", { "ai.operationId": "ai.rerank.doRerank" }, { step: "reranker", operation: "rerank" }],
    [
      "Vercel's tool",
      { "ai.operationId": "ai.toolCall", "ai.toolCall.name": "t" },
      { step: "tool", operation: "execute_tool", tool_name: "t" },
    ],
    ["an operation of Vercel's that nobody knows", { "ai.operationId": 7 }, { step: "chain" }],
    ["LangSmith's call", { "langsmith.span.kind": "llm" }, { step: "llm", operation: "chat" }],
    [
      "LangSmith's retriever, which it calls embeddings",
      { "langsmith.span.kind": "retriever", "gen_ai.operation.name": "embeddings", "gen_ai.system": "langchain" },
      { step: "retriever", operation: "retrieval" },
    ],
    [
      "LangSmith's prompt, which it calls a chat",
      { "langsmith.span.kind": "prompt", "gen_ai.operation.name": "chat" },
      { step: "chain", operation: "prompt" },
    ],
    [
      "Langfuse's generation by an embedding model",
      { "langfuse.observation.type": "generation", "langfuse.observation.model.name": "text-embedding-3-small" },
      { step: "embedding", operation: "embeddings", model: "text-embedding-3-small" },
    ],
    ["Langfuse's event", { "langfuse.observation.type": "event" }, { step: "span" }],
    ["LangWatch's search", { "langwatch.span.type": "rag" }, { step: "retriever", operation: "retrieval" }],
    ["LangWatch's evaluation", { "langwatch.span.type": "evaluation" }, { step: "evaluator" }],
    [
      "Braintrust's tool",
      { "braintrust.span_attributes": json({ type: "tool", name: "t" }) },
      { step: "tool", operation: "execute_tool", tool_name: "t" },
    ],
    ["Braintrust's score", { "braintrust.span_attributes.type": "score" }, { step: "evaluator" }],
    [
      "Braintrust's call",
      { "braintrust.span_attributes": '{"type":"llm"}', "braintrust.metadata": '{"model":"gpt","provider":"OpenAI"}' },
      { step: "llm", operation: "chat", model: "gpt", provider: "openai" },
    ],
    ["a span that only names Braintrust's project", { "braintrust.parent": "project_name:p" }, { step: "span" }],
    [
      "Laminar's tool",
      { "lmnr.span.path": ["a", "t"], "lmnr.span.type": "TOOL" },
      { step: "tool", operation: "execute_tool", tool_name: "span" },
    ],
    ["Laminar's function", { "lmnr.span.path": ["a"], "lmnr.span.type": "DEFAULT" }, { step: "span" }],
    [
      "a call that an instrumentation made under Laminar",
      { "lmnr.span.path": ["a"], "llm.request.type": "chat", "gen_ai.system": "OpenAI" },
      { step: "llm", operation: "chat", provider: "openai" },
    ],
    [
      "Laminar's played back answer",
      { "lmnr.span.type": "CACHED", "lmnr.span.original_type": "LLM" },
      { step: "span" },
    ],
    [
      "Genkit's model",
      { "genkit:type": "action", "genkit:metadata:subtype": "model", "genkit:name": "googleai/gemini-3" },
      { step: "llm", operation: "chat", model: "gemini-3", provider: "gcp.gemini" },
    ],
    [
      "Genkit's model of no plugin",
      { "genkit:type": "action", "genkit:metadata:subtype": "model", "genkit:name": "mine" },
      { step: "llm", operation: "chat", model: "mine" },
    ],
    ["Genkit's helper", { "genkit:type": "util", "genkit:name": "generate" }, { step: "chain" }],
    ["Claude Code's turn", { "span.type": "interaction" }, { step: "agent", operation: "invoke_agent" }, CLAUDE_CODE],
    [
      "Claude Code's tool",
      { "span.type": "tool", tool_name: "Read" },
      { step: "tool", operation: "execute_tool", tool_name: "Read" },
      CLAUDE_CODE,
    ],
    ["the waiting inside it", { "span.type": "tool.blocked_on_user" }, { step: "span" }, CLAUDE_CODE],
    ["the execution inside it", { "span.type": "tool.execution" }, { step: "span" }, CLAUDE_CODE],
    ["a span.type of somebody else", { "span.type": "llm_request", model: "m" }, { step: "span" }],
    [
      "Cloudflare's AI Gateway",
      { "gen_ai.model.provider": "workers-ai", "gen_ai.request.model": "@cf/meta/llama", user_id: "u" },
      { step: "llm", operation: "chat", model: "@cf/meta/llama", provider: "workers-ai", user_id: "u" },
    ],
    [
      "an embedding through it",
      { "gen_ai.model.provider": "openai", "gen_ai.request.model": "text-embedding-3-small" },
      { step: "embedding", operation: "embeddings", model: "text-embedding-3-small", provider: "openai" },
    ],
    ["Logfire's log line", { "logfire.msg_template": "m", "logfire.span_type": "log" }, { step: "span" }],
  ])("%s", (_, attributes, expected, scope) => {
    expect(facts(attributes, {}, scope)).toEqual(expected);
  });

  test("Mastra's call is the one span that names a model", () => {
    const steps = (spans: [string, boolean][]) =>
      spans.map(
        ([type, model]) => facts({ "mastra.span.type": type, ...(model ? { "gen_ai.request.model": "m" } : {}) }).step,
      );
    const inferences: [string, boolean][] = [
      ["model_generation", false],
      ["model_step", false],
      ["model_inference", true],
      ["model_chunk", false],
    ];
    expect(steps(inferences)).toEqual(["chain", "chain", "llm", "chain"]);
    const generations: [string, boolean][] = [
      ["model_generation", true],
      ["model_step", false],
      ["model_chunk", false],
    ];
    expect(steps(generations)).toEqual(["llm", "chain", "chain"]);
  });

  test("what made a span is asked before those who translated it", () => {
    const ofVercel = { "ai.operationId": "ai.generateText", "openinference.span.kind": "AGENT" };
    expect(facts(ofVercel).step).toBe("chain");
    const ofMastra = { "mastra.span.type": "model_step", "openinference.span.kind": "LLM" };
    expect(facts(ofMastra).step).toBe("chain");
    const generation = {
      "mastra.span.type": "model_generation",
      "openinference.span.kind": "LLM",
      "llm.model_name": "gpt",
      "llm.provider": "openai.responses",
      "llm.token_count.prompt": 84,
      "llm.token_count.completion": 24,
    };
    expect(facts(generation)).toEqual({
      step: "llm",
      operation: "chat",
      model: "gpt",
      provider: "openai",
      usage: { input: 84, cached: null, cache_write: null, output: 24, reasoning: null },
    });
  });
});

describe("whose run it is", () => {
  const all = { session_id: "s", user_id: "u", tags: ["a", "b"] };
  test.each<[string, Attributes]>([
    [
      "Vercel 5 and 6",
      {
        "ai.operationId": "ai.generateText",
        "ai.telemetry.metadata.sessionId": "s",
        "ai.telemetry.metadata.userId": "u",
        "ai.telemetry.metadata.tags": ["a", "b"],
      },
    ],
    [
      "Vercel 7",
      {
        "gen_ai.operation.name": "agent_step",
        "ai.settings.context.sessionId": "s",
        "ai.settings.context.userId": "u",
        "ai.settings.context.tags": ["a", "b"],
      },
    ],
    ["Langfuse", { "langfuse.trace.name": "t", "session.id": "s", "user.id": "u", "langfuse.trace.tags": ["a", "b"] }],
    [
      "Langfuse, older",
      {
        "langfuse.trace.name": "t",
        "langfuse.session.id": "s",
        "langfuse.user.id": "u",
        "langfuse.trace.tags": '["a","b"]',
      },
    ],
    [
      "LangSmith",
      {
        "langsmith.traceable": "true",
        "langsmith.metadata.thread_id": "s",
        "langsmith.metadata.user_id": "u",
        "langsmith.span.tags": "a, b, ",
      },
    ],
    ["LangWatch", { "langwatch.thread.id": "s", "langwatch.user.id": "u", "langwatch.labels": '["a","b"]' }],
    [
      "Braintrust",
      {
        "braintrust.parent": "p",
        "braintrust.metadata": json({ session_id: "s", user_id: "u" }),
        "braintrust.tags": ["a", "b"],
      },
    ],
    [
      "Laminar",
      {
        "lmnr.span.path": ["a"],
        "lmnr.association.properties.session_id": "s",
        "lmnr.association.properties.user_id": "u",
        "lmnr.association.properties.tags": ["a", "b"],
      },
    ],
    [
      "Mastra",
      {
        "mastra.span.type": "agent_run",
        "mastra.metadata.sessionId": "s",
        "mastra.metadata.userId": "u",
        "mastra.tags": '["a","b"]',
      },
    ],
    [
      "Mastra as OpenInference",
      {
        "mastra.span.type": "agent_run",
        "openinference.span.kind": "AGENT",
        metadata: json({ sessionId: "s", runId: "r" }),
        "user.id": "u",
        "tag.tags": '["a","b"]',
      },
    ],
    [
      "OpenAI Agents",
      {
        "openai_agents.span.type": "trace",
        "session.id": "s",
        "openai_agents.metadata.user_id": "u",
        "openai_agents.metadata.tags": ["a", "b"],
      },
    ],
  ])("%s", (_, attributes) => {
    const { session_id, user_id, tags } = facts(attributes);
    expect({ session_id, user_id, tags }).toEqual(all);
  });

  test("Genkit has a session, Logfire has tags", () => {
    expect(facts({ "genkit:type": "util", "genkit:sessionId": "s" }).session_id).toBe("s");
    expect(facts({ "logfire.msg_template": "m", "logfire.tags": ["a"] }).tags).toEqual(["a"]);
    expect(facts({ "logfire.msg_template": "m", "logfire.tags": [] }).tags).toBeUndefined();
  });
});

describe("which release of the application it is, and where it ran", () => {
  const release = { version: "v1", environment: "staging" };
  test.each<[string, Attributes, object, string?]>([
    ["Langfuse", { "langfuse.release": "v1", "langfuse.version": "p", "langfuse.environment": "staging" }, release],
    ["Langfuse's version", { "langfuse.version": "p", "langfuse.trace.name": "t" }, { version: "p" }],
    ["LangSmith", { "langsmith.traceable": "true", "langsmith.metadata.revision_id": "v1" }, { version: "v1" }],
    ["Claude Code", { "span.type": "interaction", "app.version": "2.1.329" }, { version: "2.1.329" }, CLAUDE_CODE],
    ["any span", { "service.version": "v1", "deployment.environment.name": "staging" }, release],
    ["OpenLIT", { "deployment.environment": "staging" }, { environment: "staging" }],
    ["odd values", { "service.version": 1, "deployment.environment": ["a"] }, {}],
  ])("%s", (_, attributes, expected, scope) => {
    const { version, environment } = facts(attributes, {}, scope);
    expect({ version, environment }).toEqual(expected);
  });

  test("the resource's own are read elsewhere", () => {
    const resource = { "service.version": "v1", "deployment.environment.name": "staging" };
    const context = { ...contextOf(), resource };
    expect(readFacts(spanWith({}), context)).toEqual({ step: "span" });
  });
});

describe("the name of an agent", () => {
  test.each<[string, Attributes, Partial<Span>, string | undefined, string?]>([
    ["OpenInference", { "openinference.span.kind": "AGENT", "agent.name": "a", "graph.node.id": "n" }, {}, "a"],
    ["a node of OpenInference's graph", { "openinference.span.kind": "AGENT", "graph.node.id": "n" }, {}, "n"],
    ["a node that is no agent", { "openinference.span.kind": "CHAIN", "graph.node.id": "n" }, {}, undefined],
    [
      "LangChain's",
      { "openinference.span.kind": "CHAIN", metadata: json({ lc_agent_name: "a", thread_id: "s" }) },
      {},
      "a",
    ],
    ["LangSmith", { "langsmith.span.kind": "chain", "langsmith.metadata.lc_agent_name": "a" }, {}, "a"],
    ["Vercel's function", { "ai.operationId": "ai.generateText", "ai.telemetry.functionId": "f" }, {}, "f"],
    [
      "Vercel's call",
      { "ai.operationId": "ai.generateText.doGenerate", "ai.telemetry.functionId": "f" },
      {},
      undefined,
    ],
    [
      "Mastra",
      { "mastra.span.type": "agent_run", "gen_ai.agent.name": "Weather Agent" },
      { name: "invoke_agent x" },
      "Weather Agent",
    ],
    [
      "Mastra by the span",
      { "mastra.span.type": "agent_run" },
      { name: "invoke_agent Weather Agent" },
      "Weather Agent",
    ],
    ["Mastra of old", { "mastra.span.type": "agent_run" }, { name: "agent run: 'weather'" }, "weather"],
    [
      "Claude Code's tool",
      { "span.type": "tool", tool_name: "Task", subagent_type: "Explore" },
      {},
      "Explore",
      CLAUDE_CODE,
    ],
    [
      "Claude Code's subagent",
      { "span.type": "llm_request", agent_id: "1", query_source: "Explore" },
      {},
      "Explore",
      CLAUDE_CODE,
    ],
    [
      "Claude Code's main agent",
      { "span.type": "llm_request", query_source: "repl_main_thread" },
      {},
      undefined,
      CLAUDE_CODE,
    ],
    ["Pydantic AI of old", { "logfire.span_type": "span", agent_name: "a", model_name: "m" }, {}, "a"],
  ])("%s", (_, attributes, more, name, scope) => {
    expect(facts(attributes, more, scope).agent_name).toBe(name);
  });

  test("an agent's run by Pydantic AI of old is an agent", () => {
    const run = { "logfire.span_type": "span", agent_name: "a", model_name: "m" };
    expect(facts(run)).toEqual({ step: "agent", operation: "invoke_agent", agent_name: "a" });
  });
});

describe("who it was, by the names of LangChain", () => {
  test.each<[string, Attributes]>([
    ["OpenInference", { "openinference.span.kind": "CHAIN", metadata: json({ thread_id: "s", user_id: "u" }) }],
    [
      "OpenLLMetry",
      {
        "traceloop.span.kind": "workflow",
        "traceloop.association.properties.thread_id": "s",
        "traceloop.association.properties.user_id": "u",
      },
    ],
    ["AI Gateway", { "gen_ai.model.provider": "openai", sessionId: "s", userId: "u" }],
  ])("%s", (_, attributes) => {
    const { session_id, user_id, metadata } = facts(attributes);
    expect({ session_id, user_id, metadata }).toEqual({ session_id: "s", user_id: "u" });
  });
});

describe("a failure that the status hides", () => {
  const exception = {
    name: "exception",
    time_unix_nano: "1",
    attributes: { "exception.type": "Error", "exception.message": "Error: no\n\n    at x.js" },
  };
  test.each<[string, Attributes, Partial<Span>, string | undefined, string?]>([
    [
      "Langfuse's level",
      {
        "langfuse.observation.type": "span",
        "langfuse.observation.level": "ERROR",
        "langfuse.observation.status_message": "no",
      },
      {},
      "no",
    ],
    ["with no message", { "langfuse.observation.type": "span", "langfuse.observation.level": "ERROR" }, {}, "error"],
    [
      "a warning is none",
      {
        "langfuse.observation.type": "span",
        "langfuse.observation.level": "WARNING",
        "langfuse.observation.status_message": "slow",
      },
      {},
      undefined,
    ],
    [
      "LangSmith's exception",
      { "langsmith.span.kind": "llm" },
      { status: { code: "ok" }, events: [exception] },
      "Error: no",
    ],
    ["Logfire's level", { "logfire.span_type": "log", "logfire.level_num": 17, "logfire.msg": "oops" }, {}, "oops"],
    ["a lower level", { "logfire.span_type": "log", "logfire.level_num": 13, "logfire.msg": "hm" }, {}, undefined],
    ["Genkit's state", { "genkit:type": "action", "genkit:state": "error" }, {}, "error"],
    ["Claude Code's success", { "span.type": "llm_request", success: false, error: "no" }, {}, "no", CLAUDE_CODE],
    ["as a string", { "span.type": "tool.execution", success: "false" }, {}, "error", CLAUDE_CODE],
  ])("%s", (_, attributes, more, error, scope) => {
    expect(facts(attributes, more, scope).error).toBe(error);
  });
});

describe("the time to the first token", () => {
  // The span of the helper starts at 2026-01-01T00:00:00Z and lasts a second.
  test.each<[string, Attributes, number | undefined, string?]>([
    [
      "Vercel",
      { "ai.operationId": "ai.streamText.doStream", "ai.response.msToFirstChunk": 25.613416000000143 },
      25.613,
    ],
    ["Vercel 7 on objects", { "ai.operationId": "ai.streamObject.doStream", "ai.stream.msToFirstChunk": 25 }, 25],
    [
      "Langfuse",
      {
        "langfuse.observation.type": "generation",
        "langfuse.observation.completion_start_time": '"2026-01-01T00:00:00.250Z"',
      },
      250,
    ],
    [
      "a time before the span",
      {
        "langfuse.observation.type": "generation",
        "langfuse.observation.completion_start_time": '"2025-01-01T00:00:00.250Z"',
      },
      undefined,
    ],
    [
      "Mastra",
      { "mastra.span.type": "model_inference", "mastra.completion_start_time": "2026-01-01T00:00:00.250Z" },
      250,
    ],
    ["no time", { "mastra.span.type": "model_inference", "mastra.completion_start_time": "soon" }, undefined],
    [
      "LangWatch",
      { "langwatch.span.type": "llm", "langwatch.timestamps": json({ first_token_at: 1767225600250 }) },
      250,
    ],
    ["LangWatch in Python", { "langwatch.span.type": "llm", "langwatch.metrics": json({ first_token_ms: 250 }) }, 250],
    ["Braintrust", { "braintrust.parent": "p", "braintrust.metrics": json({ time_to_first_token: 0.25 }) }, 250],
    ["Claude Code", { "span.type": "llm_request", ttft_ms: 250 }, 250, CLAUDE_CODE],
  ])("%s", (_, attributes, ms, scope) => {
    expect(facts(attributes, {}, scope).time_to_first_token_ms).toBe(ms);
  });
});

describe("the messages of a call", () => {
  const input = [said("system", "Be brief."), said("user", "Weather?")];
  const output = [said("assistant", "Sunny")];
  const messages = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Weather?" },
  ];
  const request = json({ model: "m", messages });
  const response = json({ choices: [{ message: { role: "assistant", content: "Sunny" } }] });
  test.each<[string, Attributes]>([
    [
      "Vercel",
      {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.prompt.messages": json([messages[0], { role: "user", content: [{ type: "text", text: "Weather?" }] }]),
        "ai.response.text": "Sunny",
      },
    ],
    [
      "Vercel's function",
      {
        "ai.operationId": "ai.generateText",
        "ai.prompt": json({ system: "Be brief.", prompt: "Weather?" }),
        "ai.response.text": "Sunny",
      },
    ],
    [
      "Langfuse",
      {
        "langfuse.observation.type": "generation",
        "langfuse.observation.input": json(messages),
        "langfuse.observation.output": "Sunny",
      },
    ],
    ["LangSmith", { "langsmith.span.kind": "llm", "gen_ai.prompt": request, "gen_ai.completion": response }],
    [
      "LangWatch",
      {
        "langwatch.span.type": "llm",
        "langwatch.input": json({ type: "chat_messages", value: messages }),
        "langwatch.output": json({ type: "text", value: "Sunny" }),
      },
    ],
    [
      "Braintrust",
      {
        "braintrust.span_attributes": '{"type":"llm"}',
        "braintrust.input_json": json(messages),
        "braintrust.output_json": json([{ role: "assistant", content: "Sunny" }]),
      },
    ],
    ["Laminar", { "lmnr.span.type": "LLM", "lmnr.span.input": json(messages), "lmnr.span.output": json("Sunny") }],
    [
      "Mastra's agent",
      {
        "mastra.span.type": "agent_run",
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.system_instructions": "Be brief.",
        "mastra.agent_run.input": "Weather?",
        "mastra.agent_run.output": json({ text: "Sunny", files: [] }),
      },
    ],
    [
      "Genkit",
      {
        "genkit:type": "action",
        "genkit:metadata:subtype": "model",
        "genkit:input": json({
          messages: [
            { role: "system", content: [{ text: "Be brief." }] },
            { role: "user", content: [{ text: "Weather?" }] },
          ],
        }),
        "genkit:output": json({ message: { role: "assistant", content: [{ text: "Sunny" }] } }),
      },
    ],
    [
      "AI Gateway",
      { "gen_ai.model.provider": "openai", "gen_ai.prompt_json": request, "gen_ai.completion_json": response },
    ],
  ])("%s", (_, attributes) => {
    expect(content(attributes)).toEqual({ input, output });
  });
});

describe("a tool's call and its result", () => {
  const call = { type: "tool_call" as const, name: "get", arguments: { city: "Paris" } };
  const result = { type: "tool_result" as const, name: "get", result: { temp: 18 } };
  const args = json({ city: "Paris" });
  const answer = json({ temp: 18 });
  const named: Partial<Span> = { name: "get" };
  test.each<[string, Attributes, Partial<Span>, string?]>([
    [
      "Vercel",
      {
        "ai.operationId": "ai.toolCall",
        "ai.toolCall.name": "get",
        "ai.toolCall.args": args,
        "ai.toolCall.result": answer,
      },
      {},
    ],
    [
      "Langfuse",
      {
        "langfuse.observation.type": "tool",
        "langfuse.observation.input": args,
        "langfuse.observation.output": answer,
      },
      named,
    ],
    ["LangSmith", { "langsmith.span.kind": "tool", "gen_ai.prompt": args, "gen_ai.completion": answer }, named],
    [
      "LangWatch",
      {
        "langwatch.span.type": "tool",
        "langwatch.input": json({ type: "json", value: { city: "Paris" } }),
        "langwatch.output": json({ type: "json", value: { temp: 18 } }),
      },
      named,
    ],
    [
      "Braintrust",
      {
        "braintrust.span_attributes.type": "tool",
        "braintrust.input_json": args,
        "braintrust.output_json": answer,
      },
      named,
    ],
    ["Laminar", { "lmnr.span.type": "TOOL", "lmnr.span.input": args, "lmnr.span.output": answer }, named],
    [
      "Genkit",
      {
        "genkit:type": "action",
        "genkit:metadata:subtype": "tool",
        "genkit:name": "get",
        "genkit:input": args,
        "genkit:output": answer,
      },
      {},
    ],
    [
      "Claude Code",
      { "span.type": "tool", tool_name: "get", tool_input: args },
      { events: [{ name: "tool.output", time_unix_nano: "1", attributes: { temp: 18 } }] },
      CLAUDE_CODE,
    ],
  ])("%s", (_, attributes, more, scope) => {
    expect(content(attributes, more, scope)).toEqual({
      input: [{ role: "assistant", parts: [call] }],
      output: [{ role: "tool", parts: [result] }],
    });
  });
});

describe("parts of the shapes that frameworks use", () => {
  test.each<[string, unknown, object]>([
    ["Gemini's text", { text: "a" }, { type: "text", text: "a" }],
    ["Gemini's thought", { text: "a", thought: true }, { type: "reasoning", text: "a" }],
    ["Genkit's thought", { reasoning: "a" }, { type: "reasoning", text: "a" }],
    [
      "Gemini's call",
      { functionCall: { name: "f", args: { x: 1 } } },
      { type: "tool_call", name: "f", arguments: { x: 1 } },
    ],
    [
      "Bedrock's call",
      { toolUse: { toolUseId: "i", name: "f", input: { x: 1 } } },
      { type: "tool_call", id: "i", name: "f", arguments: { x: 1 } },
    ],
    [
      "Genkit's result",
      { toolResponse: { ref: "i", name: "f", output: 1 } },
      { type: "tool_result", id: "i", name: "f", result: 1 },
    ],
    [
      "Genkit's picture",
      { media: { url: "data:image/png;base64,AA", contentType: "image/png" } },
      { type: "image", url: "data:image/png;base64,AA", mime_type: "image/png" },
    ],
    [
      "Gemini's picture",
      { inlineData: { mimeType: "image/png", data: "AA" } },
      { type: "image", url: "data:image/png;base64,AA", mime_type: "image/png" },
    ],
    [
      "Vercel's result",
      { type: "tool-result", toolCallId: "i", toolName: "f", output: { type: "json", value: { x: 1 } } },
      { type: "tool_result", id: "i", name: "f", result: { x: 1 } },
    ],
    ["no shape that is known", { widget: 1 }, { type: "json", value: { widget: 1 } }],
  ])("%s", (_, part, expected) => {
    const sent = {
      "gen_ai.operation.name": "chat",
      "gen_ai.input.messages": json([{ role: "user", content: [part] }]),
    };
    expect(content(sent).input).toEqual([{ role: "user", parts: [expected] }]);
  });
});

test("Logfire's pending twin is no span; anything else is", () => {
  expect(isBookkeeping(spanWith({ "logfire.span_type": "pending_span" }))).toBe(true);
  expect(isBookkeeping(spanWith({ "logfire.span_type": "log" }))).toBe(false);
  expect(isBookkeeping(spanWith({ "logfire.span_type": "span" }))).toBe(false);
  expect(isBookkeeping(spanWith({}))).toBe(false);
});
