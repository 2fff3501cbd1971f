import { describe, expect, test } from "vitest";
import { contextOf, spanWith } from "../../../test/fixtures/span.ts";
import type { Attributes, SpanFacts } from "../../events/span.ts";
import { readContent, readFacts } from "./index.ts";

const kind = (name: string, attributes: Attributes = {}) => ({ "openinference.span.kind": name, ...attributes });

describe("facts", () => {
  test.each<[string, Attributes, SpanFacts]>([
    [
      "an LLM call with everything",
      kind("LLM", {
        "llm.model_name": "gpt-4o",
        "llm.provider": "azure",
        "llm.system": "openai",
        "llm.token_count.prompt": 42,
        "llm.token_count.prompt_details.cache_read": 16,
        "llm.token_count.prompt_details.cache_write": 8,
        "llm.token_count.completion": 12,
        "llm.token_count.completion_details.reasoning": 5,
        "llm.token_count.total": 54,
        "session.id": "s",
        "user.id": "u",
        "tag.tags": '["a","b"]',
      }),
      {
        step: "llm",
        operation: "chat",
        model: "gpt-4o",
        provider: "azure.ai.openai",
        usage: { input: 42, cached: 16, cache_write: 8, output: 12, reasoning: 5 },
        session_id: "s",
        user_id: "u",
        tags: ["a", "b"],
      },
    ],
    [
      "tags as a list, and the model that answered before the one that was asked",
      kind("LLM", { "tag.tags": ["a", 7, "b"], "llm.model_name": "asked", "llm.response.model_name": "answered" }),
      { step: "llm", operation: "chat", model: "answered", tags: ["a", "b"] },
    ],
    [
      "LangChain's provider in the metadata",
      kind("LLM", { metadata: '{"ls_provider":"amazon_bedrock","n":1}' }),
      { step: "llm", operation: "chat", provider: "aws.bedrock", metadata: { n: 1 } },
    ],
    ["metadata that is no JSON", kind("LLM", { metadata: '"ls_provider"' }), { step: "llm", operation: "chat" }],
    [
      "an embedding",
      kind("EMBEDDING", { "embedding.model_name": "e" }),
      { step: "embedding", operation: "embeddings", model: "e" },
    ],
    ["a tool", kind("TOOL", { "tool.name": "t" }), { step: "tool", operation: "execute_tool", tool_name: "t" }],
    ["an agent", kind("AGENT", { "agent.name": "a" }), { step: "agent", operation: "invoke_agent", agent_name: "a" }],
    ["a chain", kind("CHAIN"), { step: "chain" }],
    ["a retriever", kind("RETRIEVER"), { step: "retriever", operation: "retrieval" }],
    [
      "a reranker",
      kind("RERANKER", { "reranker.model_name": "r" }),
      { step: "reranker", operation: "rerank", model: "r" },
    ],
    ["a guardrail", kind("GUARDRAIL"), { step: "guardrail" }],
    ["an evaluator", kind("EVALUATOR"), { step: "evaluator" }],
    ["a kind of tomorrow", kind("DREAM"), { step: "span" }],
    [
      "its kind comes before GenAI's operation, and each fills in what the other lacks",
      kind("AGENT", { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m" }),
      { step: "agent", operation: "invoke_agent", model: "m" },
    ],
  ])("%s", (_, attributes, facts) => {
    expect(readFacts(spanWith(attributes), contextOf())).toEqual(facts);
  });
});

describe("content", () => {
  const text = (role: string, said: string) => ({ role, parts: [{ type: "text", text: said }] });
  test.each<[string, Attributes, unknown]>([
    [
      "flattened messages with contents, calls and results",
      kind("LLM", {
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.contents.0.message_content.type": "text",
        "llm.input_messages.0.message.contents.0.message_content.text": "What?",
        "llm.input_messages.0.message.contents.1.message_content.type": "image",
        "llm.input_messages.0.message.contents.1.message_content.image.image.url": "https://example.com/a.png",
        "llm.input_messages.1.message.role": "assistant",
        "llm.input_messages.1.message.contents.0.message_content.type": "tool_use",
        "llm.input_messages.1.message.contents.0.tool_call.id": "c1",
        "llm.input_messages.1.message.contents.0.tool_call.function.name": "get",
        "llm.input_messages.1.message.contents.0.tool_call.function.arguments": '{"city":"Paris"}',
        "llm.input_messages.1.message.tool_calls.0.tool_call.id": "c1",
        "llm.input_messages.1.message.tool_calls.0.tool_call.function.name": "get",
        "llm.input_messages.1.message.tool_calls.0.tool_call.function.arguments": '{"city":"Paris"}',
        "llm.input_messages.2.message.role": "tool",
        "llm.input_messages.2.message.content": "18",
        "llm.input_messages.2.message.tool_call_id": "c1",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.contents.0.message_content.type": "reasoning",
        "llm.output_messages.0.message.contents.0.message_content.text": "Hm.",
        "llm.output_messages.0.message.contents.1.message_content.type": "audio",
        "llm.output_messages.0.message.contents.1.message_content.audio.audio.url": "https://example.com/a.wav",
        "input.value": "not read",
      }),
      {
        input: [
          {
            role: "user",
            parts: [
              { type: "text", text: "What?" },
              { type: "image", url: "https://example.com/a.png" },
            ],
          },
          { role: "assistant", parts: [{ type: "tool_call", id: "c1", name: "get", arguments: { city: "Paris" } }] },
          { role: "tool", parts: [{ type: "tool_result", id: "c1", result: "18" }] },
        ],
        output: [
          {
            role: "assistant",
            parts: [
              { type: "reasoning", text: "Hm." },
              { type: "json", value: { type: "audio", audio: { audio: { url: "https://example.com/a.wav" } } } },
            ],
          },
        ],
      },
    ],
    [
      "a completion",
      kind("LLM", { "llm.prompts.0.prompt.text": "Once", "llm.choices.0.completion.text": "upon a time" }),
      { input: [text("user", "Once")], output: [text("assistant", "upon a time")] },
    ],
    [
      "a chain's values: a conversation where it is one",
      kind("CHAIN", {
        "input.value": '{"messages":[{"role":"user","content":"Weather?"}]}',
        "output.value": "done",
        "output.mime_type": "text/plain",
      }),
      { input: [text("user", "Weather?")], output: [text("output", "done")] },
    ],
    [
      "a chain's values: JSON where it is not",
      kind("CHAIN", { "input.value": '{"q":"Weather?"}', "output.value": "[1,2]" }),
      {
        input: [{ role: "input", parts: [{ type: "json", value: { q: "Weather?" } }] }],
        output: [{ role: "output", parts: [{ type: "json", value: [1, 2] }] }],
      },
    ],
    [
      "LangChain's serialised messages",
      kind("CHAIN", {
        "input.value":
          '{"messages":[{"lc":1,"type":"constructor","id":["langchain_core","messages","HumanMessage"],"kwargs":{"content":"Weather?"}}]}',
        "output.value":
          '{"lc":1,"type":"constructor","id":["langchain_core","messages","AIMessage"],"kwargs":{"content":"","tool_calls":[{"id":"c1","name":"get","args":{"city":"Paris"}}]}}',
      }),
      {
        input: [text("user", "Weather?")],
        output: [
          { role: "assistant", parts: [{ type: "tool_call", id: "c1", name: "get", arguments: { city: "Paris" } }] },
        ],
      },
    ],
    [
      "a tool's run",
      kind("TOOL", {
        "tool.name": "get",
        "tool_call.id": "c1",
        "input.value": '{"city":"Paris"}',
        "output.value": "sunny",
      }),
      {
        input: [
          { role: "assistant", parts: [{ type: "tool_call", id: "c1", name: "get", arguments: { city: "Paris" } }] },
        ],
        output: [{ role: "tool", parts: [{ type: "tool_result", id: "c1", name: "get", result: "sunny" }] }],
      },
    ],
    [
      "documents that were found",
      kind("RETRIEVER", {
        "input.value": "Weather?",
        "retrieval.documents.0.document.id": "d1",
        "retrieval.documents.0.document.content": "Sunny.",
        "retrieval.documents.0.document.score": 0.5,
      }),
      {
        input: [text("input", "Weather?")],
        output: [{ role: "documents", parts: [{ type: "json", value: { id: "d1", content: "Sunny.", score: 0.5 } }] }],
      },
    ],
    [
      "documents that were put in order",
      kind("RERANKER", {
        "reranker.query": "Weather?",
        "reranker.input_documents.0.document.id": "d1",
        "reranker.output_documents.0.document.id": "d1",
      }),
      {
        input: [text("user", "Weather?"), { role: "documents", parts: [{ type: "json", value: { id: "d1" } }] }],
        output: [{ role: "documents", parts: [{ type: "json", value: { id: "d1" } }] }],
      },
    ],
    [
      "keys that name what every object has",
      kind("RETRIEVER", { "retrieval.documents.0.document.__proto__.polluted": 1 }),
      {
        input: null,
        output: [{ role: "documents", parts: [{ type: "json", value: JSON.parse('{"__proto__":{"polluted":1}}') }] }],
      },
    ],
  ])("%s", (_, attributes, content) => {
    expect(readContent(spanWith(attributes), contextOf())).toEqual(content);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
