import { describe, expect, test } from "vitest";
import { contextOf, spanWith } from "../../../test/fixtures/span.ts";
import type { Attributes, SpanFacts } from "../../events/span.ts";
import type { SpanContent } from "../model.ts";
import { readContent, readFacts } from "./index.ts";

describe("facts", () => {
  test.each<[string, Attributes, SpanFacts]>([
    [
      "a chat call with everything",
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2026",
        "gen_ai.usage.input_tokens": 42,
        "gen_ai.usage.output_tokens": 12,
        "gen_ai.usage.cache_read.input_tokens": 16,
        "gen_ai.usage.cache_creation.input_tokens": 8,
        "gen_ai.usage.reasoning.output_tokens": 5,
        "gen_ai.conversation.id": "conv-1",
        "gen_ai.agent.name": "weather",
        "gen_ai.response.time_to_first_chunk": 0.0071,
      },
      {
        step: "llm",
        operation: "chat",
        model: "gpt-4o-2026",
        provider: "openai",
        usage: { input: 42, cached: 16, cache_write: 8, output: 12, reasoning: 5 },
        session_id: "conv-1",
        agent_name: "weather",
        time_to_first_token_ms: 7.1,
      },
    ],
    [
      "the other names of some counts",
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": "42",
        "gen_ai.usage.cache_write.input_tokens": 8,
        "gen_ai.usage.reasoning_tokens": 5,
        "gen_ai.server.time_to_first_token": 1,
      },
      {
        step: "llm",
        operation: "chat",
        usage: { input: 42, cached: null, cache_write: 8, output: null, reasoning: 5 },
        time_to_first_token_ms: 1000,
      },
    ],
    [
      "a stream without usage: unknown, not 0",
      { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o" },
      { step: "llm", operation: "chat", model: "gpt-4o" },
    ],
    [
      "an answer of no tokens: 0, not unknown",
      { "gen_ai.operation.name": "chat", "gen_ai.usage.output_tokens": 0 },
      {
        step: "llm",
        operation: "chat",
        usage: { input: null, cached: null, cache_write: null, output: 0, reasoning: null },
      },
    ],
    [
      "a tool that ran",
      { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "get_weather" },
      { step: "tool", operation: "execute_tool", tool_name: "get_weather" },
    ],
    [
      "a tool that the model asked for",
      { "gen_ai.operation.name": "chat", "gen_ai.tool.name": "get_weather" },
      { step: "llm", operation: "chat" },
    ],
    [
      "a wrapper that repeats its children's usage",
      { "gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 84, "gen_ai.usage.output_tokens": 24 },
      {
        step: "agent",
        operation: "invoke_agent",
        usage: { input: 84, cached: null, cache_write: null, output: 24, reasoning: null },
      },
    ],
    [
      "an operation of tomorrow that answers with tokens",
      { "gen_ai.operation.name": "dream", "gen_ai.request.model": "m", "gen_ai.usage.output_tokens": 1 },
      {
        step: "llm",
        operation: "dream",
        model: "m",
        usage: { input: null, cached: null, cache_write: null, output: 1, reasoning: null },
      },
    ],
    [
      "an operation of tomorrow that does not",
      { "gen_ai.operation.name": "ponder" },
      { step: "span", operation: "ponder" },
    ],
    [
      "a failure that only the finish reason tells, even as JSON text",
      { "gen_ai.operation.name": "chat", "gen_ai.response.finish_reasons": '["error"]' },
      { step: "llm", operation: "chat", error: "The model stopped with finish reason error." },
    ],
    [
      "values of other types cost their field and no other",
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": 7,
        "gen_ai.request.model": ["m"],
        "gen_ai.usage.input_tokens": -1,
        "gen_ai.usage.output_tokens": "many",
        "gen_ai.usage.reasoning_tokens": 1.5,
        "gen_ai.response.time_to_first_chunk": "NaN",
        "gen_ai.response.finish_reasons": { error: true },
        "gen_ai.conversation.id": "",
      },
      { step: "llm", operation: "chat" },
    ],
  ])("%s", (_, attributes, facts) => {
    expect(readFacts(spanWith(attributes), contextOf())).toEqual(facts);
  });
});

describe("content", () => {
  const user = { role: "user", parts: [{ type: "text", text: "Weather?" }] };
  test.each<[string, Attributes, unknown]>([
    ["nothing recorded", {}, { input: null, output: null }],
    [
      "messages of every kind of part, with instructions in front",
      {
        "gen_ai.system_instructions": '[{"type":"text","content":"Be brief."}]',
        "gen_ai.input.messages": JSON.stringify([
          { role: "user", parts: [{ type: "text", content: "Weather?" }] },
          { role: "assistant", parts: [{ type: "tool_call", id: "c1", name: "get", arguments: { city: "Paris" } }] },
          { role: "tool", parts: [{ type: "tool_call_response", id: "c1", response: '{"temp":18}' }] },
          {
            role: "user",
            parts: [
              { type: "blob", modality: "image", mime_type: "image/png", content: "AAAA" },
              { type: "uri", modality: "image", uri: "https://example.com/a.png" },
              { type: "blob", modality: "audio", mime_type: "audio/wav", content: "AAAA" },
              { type: "something_new", x: 1 },
            ],
          },
        ]),
        "gen_ai.output.messages": JSON.stringify([
          {
            role: "assistant",
            parts: [
              { type: "reasoning", content: "Hm." },
              { type: "text", content: "" },
              { type: "text", content: "Sunny." },
            ],
            finish_reason: "stop",
          },
        ]),
      },
      {
        input: [
          { role: "system", parts: [{ type: "text", text: "Be brief." }] },
          user,
          { role: "assistant", parts: [{ type: "tool_call", id: "c1", name: "get", arguments: { city: "Paris" } }] },
          { role: "tool", parts: [{ type: "tool_result", id: "c1", result: { temp: 18 } }] },
          {
            role: "user",
            parts: [
              { type: "image", url: "data:image/png;base64,AAAA", mime_type: "image/png" },
              { type: "image", url: "https://example.com/a.png" },
              {
                type: "json",
                value: { type: "blob", modality: "audio", mime_type: "audio/wav", content: "AAAA" },
              },
              { type: "json", value: { type: "something_new", x: 1 } },
            ],
          },
        ],
        output: [
          {
            role: "assistant",
            parts: [
              { type: "reasoning", text: "Hm." },
              { type: "text", text: "Sunny." },
            ],
            finish_reason: "stop",
          },
        ],
      },
    ],
    [
      "messages as structured values instead of JSON text, and instructions as plain text",
      {
        "gen_ai.system_instructions": "Be brief.",
        "gen_ai.input.messages": [{ role: "user", parts: [{ type: "text", content: "Weather?" }] }],
      },
      { input: [{ role: "system", parts: [{ type: "text", text: "Be brief." }] }, user], output: null },
    ],
    [
      "instructions that the messages repeat",
      {
        "gen_ai.system_instructions": "Be brief.",
        "gen_ai.input.messages": '[{"role":"system","parts":[{"type":"text","content":"Be brief."}]}]',
      },
      { input: [{ role: "system", parts: [{ type: "text", text: "Be brief." }] }], output: null },
    ],
    [
      "bare text, and text that is not quite JSON",
      { "gen_ai.input.messages": "Weather?", "gen_ai.output.messages": '[{"role":"assist' },
      { input: [user], output: [{ role: "assistant", parts: [{ type: "text", text: '[{"role":"assist' }] }] },
    ],
    [
      "a tool's run",
      {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "get",
        "gen_ai.tool.call.id": "c1",
        "gen_ai.tool.call.arguments": '{"city":"Paris"}',
        "gen_ai.tool.call.result": "sunny",
      },
      {
        input: [
          { role: "assistant", parts: [{ type: "tool_call", id: "c1", name: "get", arguments: { city: "Paris" } }] },
        ],
        output: [{ role: "tool", parts: [{ type: "tool_result", id: "c1", name: "get", result: "sunny" }] }],
      },
    ],
  ])("%s", (_, attributes, content) => {
    const span = spanWith({ "gen_ai.operation.name": "chat", ...attributes });
    expect(readContent(span, contextOf())).toEqual(content);
  });

  test("messages on the span's details event fill in what the span does not have", () => {
    const span = spanWith(
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Sunny."}]}]',
      },
      {
        events: [
          {
            name: "gen_ai.client.inference.operation.details",
            time_unix_nano: "1",
            attributes: {
              "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Weather?"}]}]',
              "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Rain."}]}]',
            },
          },
        ],
      },
    );
    const content: SpanContent = readContent(span, contextOf());
    expect(content).toEqual({
      input: [user],
      output: [{ role: "assistant", parts: [{ type: "text", text: "Sunny." }] }],
    });
  });

  test.each<[string, Attributes, SpanContent]>([
    [
      "a search",
      {
        "gen_ai.retrieval.query.text": "Weather?",
        "gen_ai.retrieval.documents": '[{"id":"d1","score":0.9,"content":"Sunny."}]',
      },
      {
        input: [user],
        output: [{ role: "documents", parts: [{ type: "json", value: { id: "d1", score: 0.9, content: "Sunny." } }] }],
      },
    ],
    [
      "what it found, as a list",
      { "gen_ai.retrieval.documents": ['{"id":"d1"}', { id: "d2" }] },
      {
        input: null,
        output: [
          {
            role: "documents",
            parts: [
              { type: "json", value: { id: "d1" } },
              { type: "json", value: { id: "d2" } },
            ],
          },
        ],
      },
    ],
    [
      "a search that found nothing",
      { "gen_ai.retrieval.query.text": "Weather?", "gen_ai.retrieval.documents": "[]" },
      { input: [user], output: null },
    ],
    [
      "a search as messages",
      { "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Weather?"}]}]' },
      { input: [user], output: null },
    ],
  ])("%s", (_, attributes, content) => {
    const span = spanWith({ "gen_ai.operation.name": "retrieval", ...attributes });
    expect(readContent(span, contextOf())).toEqual(content);
  });

  test("a JSON text of a hundred thousand levels stays text", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    const span = spanWith({ "gen_ai.operation.name": "chat", "gen_ai.input.messages": deep });
    expect(readContent(span, contextOf())).toEqual({
      input: [{ role: "user", parts: [{ type: "text", text: deep }] }],
      output: null,
    });
  });
});
