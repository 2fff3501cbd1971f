import { describe, expect, test } from "vitest";
import { contextOf, spanWith } from "../../../test/fixtures/span.ts";
import type { Attributes } from "../../events/span.ts";
import { emptyDraft } from "./convention.ts";
import { readFacts } from "./index.ts";
import { addMetadataBelow, addMetadataOf } from "./metadata.ts";

const json = JSON.stringify;

function metadata(attributes: Attributes, scope?: string) {
  return readFacts(spanWith(attributes), contextOf(scope)).metadata;
}

describe("what the sender attached to the run", () => {
  const plan = { plan: "pro", seats: 3 };
  test.each<[string, Attributes, string?]>([
    [
      "Langfuse",
      { "langfuse.trace.name": "t", "langfuse.trace.metadata.plan": "pro", "langfuse.trace.metadata.seats": 3 },
    ],
    ["Langfuse, as a whole", { "langfuse.trace.name": "t", "langfuse.trace.metadata": json(plan) }],
    [
      "Vercel 5 and 6",
      {
        "ai.operationId": "ai.generateText",
        "ai.telemetry.metadata.plan": "pro",
        "ai.telemetry.metadata.seats": 3,
        "ai.telemetry.metadata.sessionId": "s",
        "ai.telemetry.metadata.userId": "u",
        "ai.telemetry.metadata.tags": ["a"],
        "ai.telemetry.metadata.langfusePrompt": '{"name":"p"}',
      },
    ],
    [
      "Vercel 7",
      {
        "gen_ai.operation.name": "invoke_agent",
        "ai.settings.context.plan": "pro",
        "ai.settings.context.seats": 3,
        "ai.settings.context.session_id": "s",
        "ai.settings.context.userId": "u",
      },
      "gen_ai",
    ],
    [
      "OpenLLMetry",
      {
        "traceloop.span.kind": "workflow",
        "traceloop.association.properties.plan": "pro",
        "traceloop.association.properties.seats": 3,
        "traceloop.association.properties.user_id": "u",
        "traceloop.association.properties.thread_id": "s",
        "traceloop.association.properties.ls_provider": "openai",
      },
    ],
    [
      "LangSmith",
      {
        "langsmith.traceable": "true",
        "langsmith.metadata.plan": "pro",
        "langsmith.metadata.seats": 3,
        "langsmith.metadata.session_id": "s",
        "langsmith.metadata.thread_id": "s",
        "langsmith.metadata.user_id": "u",
        "langsmith.metadata.revision_id": "r",
        "langsmith.metadata.ls_provider": "openai",
        "langsmith.metadata.usage_metadata": "{}",
        "langsmith.metadata.langgraph_node": "agent",
        "langsmith.metadata.LANGSMITH_TRACING": "true",
        "langsmith.metadata.LANGCHAIN_CALLBACKS_BACKGROUND": "false",
      },
    ],
    [
      "OpenInference",
      {
        "openinference.span.kind": "CHAIN",
        metadata: json({
          ...plan,
          ls_integration: "langgraph",
          thread_id: "s",
          checkpoint_ns: "",
          versions: { a: "1" },
        }),
      },
    ],
    ["Pydantic AI", { "gen_ai.operation.name": "invoke_agent", metadata: json(plan) }],
    ["LangWatch", { "langwatch.span.type": "agent", "langwatch.metadata.plan": "pro", "langwatch.metadata.seats": 3 }],
    ["LangWatch in Python", { "langwatch.span.type": "agent", metadata: json({ ...plan, user_id: "u" }) }],
    [
      "Laminar",
      {
        "lmnr.span.path": ["a"],
        "lmnr.association.properties.metadata.plan": "pro",
        "lmnr.association.properties.metadata.seats": 3,
        "lmnr.association.properties.trace_type": "DEFAULT",
      },
    ],
    [
      "Mastra",
      {
        "mastra.span.type": "agent_run",
        "mastra.metadata.plan": "pro",
        "mastra.metadata.seats": 3,
        "mastra.metadata.userId": "u",
        "mastra.metadata.threadId": "s",
        "mastra.metadata.langfuse": '{"prompt":{"name":"p"}}',
      },
    ],
    ["Braintrust", { "braintrust.parent": "p", "braintrust.metadata": json({ ...plan, model: "gpt", user_id: "u" }) }],
    [
      "Braintrust, flattened",
      { "braintrust.parent": "p", "braintrust.metadata.plan": "pro", "braintrust.metadata.seats": 3 },
    ],
    [
      "OpenAI Agents",
      {
        "openai_agents.span.type": "trace",
        "openai_agents.metadata.plan": "pro",
        "openai_agents.metadata.seats": 3,
        "openai_agents.metadata.user_id": "u",
      },
    ],
    [
      "Cloudflare's AI Gateway",
      { "gen_ai.model.provider": "openai", plan: "pro", seats: 3, user_id: "u", "http.route": "/" },
    ],
  ])("%s", (_, attributes, scope) => {
    expect(metadata(attributes, scope)).toEqual(plan);
  });

  test.each<[string, Attributes]>([
    ["only who it was", { "langfuse.trace.name": "t", "session.id": "s" }],
    [
      "a model's parameters",
      { "braintrust.span_attributes.type": "llm", "braintrust.metadata": json({ temperature: 1 }) },
    ],
    ["what the provider answered", { "mastra.span.type": "model_step", "mastra.metadata.headers": "{}" }],
    [
      "a run below another",
      { "langsmith.span.kind": "chain", "langsmith.span.parent_id": "r", "langsmith.metadata.a": "b" },
    ],
    ["metadata of no JSON", { "openinference.span.kind": "LLM", metadata: "{plan" }],
    ["an empty one", { "openinference.span.kind": "LLM", metadata: "{}" }],
    ["a list", { "openinference.span.kind": "LLM", metadata: '["a"]' }],
    ["a document", { "openinference.span.kind": "LLM", metadata: json({ text: "x".repeat(40_000) }) }],
  ])("%s is none", (_, attributes) => {
    expect(metadata(attributes)).toBeUndefined();
  });

  test("two that speak on one span are joined, and the first has a key", () => {
    const attributes = {
      "ai.operationId": "ai.generateText",
      "ai.telemetry.metadata.plan": "pro",
      "langfuse.trace.name": "t",
      "langfuse.trace.metadata.plan": "free",
      "langfuse.trace.metadata.tenant": "acme",
    };
    expect(metadata(attributes)).toEqual({ plan: "pro", tenant: "acme" });
  });
});

describe("metadata stay small", () => {
  const kept = (sent: object) => {
    const draft = emptyDraft();
    addMetadataOf(draft, sent);
    return draft.metadata;
  };

  test("values are what a table can show", () => {
    expect(
      kept({
        text: "x".repeat(600),
        number: 1.5,
        nan: Number.NaN,
        yes: true,
        nothing: null,
        empty: "",
        list: ["a", 1, false, null, { b: 1 }],
        none: [],
        object: { a: { b: [1] } },
        hollow: {},
        big: { a: "x".repeat(600) },
      }),
    ).toEqual({
      text: `${"x".repeat(499)}…`,
      number: 1.5,
      yes: true,
      list: ["a", 1, false],
      object: '{"a":{"b":[1]}}',
    });
  });

  test("a long list loses its end", () => {
    const list = kept({ list: Array.from({ length: 1000 }, (_, i) => `item ${i}`) })?.list;
    expect(Array.isArray(list) && list.length).toBeGreaterThan(20);
    expect(json(list).length).toBeLessThanOrEqual(600);
  });

  test("of many keys the first thirty stay", () => {
    const sent = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key${i}`, i]));
    expect(Object.keys(kept(sent) ?? {})).toEqual(Array.from({ length: 30 }, (_, i) => `key${i}`));
  });

  test("of much text about four thousand characters stay", () => {
    const sent = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`key${i}`, "x".repeat(500)]));
    const stayed = kept(sent);
    expect(Object.keys(stayed ?? {})).toEqual(["key0", "key1", "key2", "key3", "key4", "key5", "key6"]);
    expect(json(stayed).length).toBeLessThanOrEqual(4100);
  });

  test("no key touches a prototype, and none is endless", () => {
    const sent = JSON.parse('{"__proto__":{"a":1},"constructor":"c","":"e"}');
    sent["k".repeat(201)] = "v";
    expect(kept(sent)).toEqual({ constructor: "c" });
    const draft = emptyDraft();
    addMetadataBelow(draft, JSON.parse('{"p.__proto__":"x","p.":"y","q.a":"z"}'), "p.");
    expect(draft.metadata).toBeUndefined();
  });
});
