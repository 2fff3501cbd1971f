import { describe, expect, test } from "vitest";
import { contextOf, spanWith } from "../../../test/fixtures/span.ts";
import type { Attributes, SpanFacts } from "../../events/span.ts";
import { readContent, readFacts } from "./index.ts";

const NO_DETAILS = { cached: null, cache_write: null, reasoning: null };

describe("facts", () => {
  test.each<[string, Attributes, SpanFacts]>([
    [
      "a chat call of OpenLLMetry",
      {
        "gen_ai.system": "OpenAI",
        "llm.request.type": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.prompt_tokens": 42,
        "gen_ai.usage.completion_tokens": 12,
        "gen_ai.usage.cache_read_input_tokens": 16,
        "llm.usage.total_tokens": 54,
      },
      {
        step: "llm",
        operation: "chat",
        model: "gpt-4o",
        provider: "openai",
        usage: { ...NO_DETAILS, input: 42, cached: 16, output: 12 },
      },
    ],
    [
      "embeddings",
      { "llm.request.type": "embedding", "gen_ai.usage.prompt_tokens": 9 },
      { step: "embedding", operation: "embeddings", usage: { ...NO_DETAILS, input: 9, output: null } },
    ],
    ["a type that is not known", { "llm.request.type": "unknown" }, { step: "span", operation: "unknown" }],
    [
      "a call without an operation or a type",
      { "gen_ai.system": "anthropic", "gen_ai.request.model": "claude", "gen_ai.usage.input_tokens": 1 },
      {
        step: "llm",
        operation: "chat",
        model: "claude",
        provider: "anthropic",
        usage: { ...NO_DETAILS, input: 1, output: null },
      },
    ],
    [
      "both dialects at once: the current one's counts, the older one's system",
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "openai",
        "gen_ai.usage.input_tokens": 42,
        "gen_ai.usage.prompt_tokens": 1,
        "gen_ai.usage.completion_tokens": 12,
      },
      { step: "llm", operation: "chat", provider: "openai", usage: { ...NO_DETAILS, input: 42, output: 12 } },
    ],
  ])("%s", (_, attributes, facts) => {
    expect(readFacts(spanWith(attributes), contextOf())).toEqual(facts);
  });
});

describe("content", () => {
  const text = (role: string, said: string) => ({ role, parts: [{ type: "text", text: said }] });
  test.each<[string, Attributes, unknown]>([
    [
      "flattened messages, in the order of their numbers",
      {
        "gen_ai.prompt.10.role": "user",
        "gen_ai.prompt.10.content": "ten",
        "gen_ai.prompt.2.role": "tool",
        "gen_ai.prompt.2.content": '{"temp":18}',
        "gen_ai.prompt.2.tool_call_id": "c1",
        "gen_ai.prompt.1.role": "assistant",
        "gen_ai.prompt.1.content": "null",
        "gen_ai.prompt.1.tool_calls.0.id": "c1",
        "gen_ai.prompt.1.tool_calls.0.name": "get",
        "gen_ai.prompt.1.tool_calls.0.arguments": '{"city":"Paris"}',
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content":
          '[{"type":"text","text":"What?"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]',
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "Sunny.",
        "gen_ai.completion.0.finish_reason": "stop",
      },
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
          { role: "tool", parts: [{ type: "tool_result", id: "c1", result: { temp: 18 } }] },
          text("user", "ten"),
        ],
        output: [{ ...text("assistant", "Sunny."), finish_reason: "stop" }],
      },
    ],
    [
      "text that only looks like JSON",
      { "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": '[{"a":1}]' },
      { input: [text("user", '[{"a":1}]')], output: null },
    ],
    [
      "a bare prompt and a bare answer",
      { "gen_ai.prompt": "Weather?", "gen_ai.completion": "Sunny." },
      { input: [text("user", "Weather?")], output: [text("assistant", "Sunny.")] },
    ],
    [
      "a whole request and a whole response of OpenAI",
      {
        "gen_ai.prompt": '{"model":"gpt-4o","messages":[{"role":"user","content":"Weather?"}],"temperature":0}',
        "gen_ai.completion":
          '{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"Sunny."},"finish_reason":"stop"}]}',
      },
      { input: [text("user", "Weather?")], output: [{ ...text("assistant", "Sunny."), finish_reason: "stop" }] },
    ],
    [
      "a whole request and a whole response of Anthropic",
      {
        "gen_ai.prompt": '{"system":"Be brief.","messages":[{"role":"user","content":"Weather?"}]}',
        "gen_ai.completion":
          '{"role":"assistant","content":[{"type":"thinking","thinking":"Hm."},{"type":"text","text":"Sunny."}],"stop_reason":"end_turn"}',
      },
      {
        input: [text("system", "Be brief."), text("user", "Weather?")],
        output: [
          {
            role: "assistant",
            parts: [
              { type: "reasoning", text: "Hm." },
              { type: "text", text: "Sunny." },
            ],
            finish_reason: "end_turn",
          },
        ],
      },
    ],
    [
      "a whole request and a whole response of OpenAI's Responses API",
      {
        "gen_ai.prompt": '{"instructions":"Be brief.","input":"Weather?"}',
        "gen_ai.completion": JSON.stringify({
          output: [
            { type: "reasoning", summary: [{ type: "summary_text", text: "Hm." }] },
            { type: "function_call", call_id: "c1", name: "get", arguments: '{"city":"Paris"}' },
            { type: "message", role: "assistant", content: [{ type: "output_text", text: "Sunny." }] },
          ],
        }),
      },
      {
        input: [text("system", "Be brief."), text("user", "Weather?")],
        output: [
          {
            role: "assistant",
            parts: [
              { type: "reasoning", text: "Hm." },
              { type: "tool_call", id: "c1", name: "get", arguments: { city: "Paris" } },
              { type: "text", text: "Sunny." },
            ],
          },
        ],
      },
    ],
    [
      "a prompt that is a number",
      { "gen_ai.prompt": 7 },
      { input: [{ role: "user", parts: [{ type: "json", value: 7 }] }], output: null },
    ],
    [
      "keys that are no numbers, or far too deep, are no messages",
      { "gen_ai.prompt.x.role": "user", [`gen_ai.prompt.0${".a".repeat(50_000)}`]: "deep", "gen_ai.prompt.0.": "" },
      { input: null, output: null },
    ],
  ])("%s", (_, attributes, content) => {
    const span = spanWith({ "gen_ai.system": "openai", ...attributes });
    expect(readContent(span, contextOf())).toEqual(content);
  });

  test("messages in the span's events", () => {
    const event = (name: string, attributes: Attributes) => ({ name, time_unix_nano: "1", attributes });
    const span = spanWith(
      { "gen_ai.system": "openai" },
      {
        events: [
          event("gen_ai.user.message", { "gen_ai.event.content": '{"content":"Weather?"}' }),
          event("gen_ai.tool.message", { content: "18", id: "c1" }),
          event("exception", { "exception.message": "no" }),
          event("gen_ai.choice", {
            "gen_ai.event.content": '{"index":0,"finish_reason":"stop","message":{"content":"Sunny."}}',
          }),
        ],
      },
    );
    expect(readContent(span, contextOf())).toEqual({
      input: [text("user", "Weather?"), { role: "tool", parts: [{ type: "tool_result", id: "c1", result: "18" }] }],
      output: [{ ...text("assistant", "Sunny."), finish_reason: "stop" }],
    });
  });

  test("the two content events of 1.27", () => {
    const span = spanWith(
      { "gen_ai.system": "openai" },
      {
        events: [
          {
            name: "gen_ai.content.prompt",
            time_unix_nano: "1",
            attributes: { "gen_ai.prompt": '[{"role":"user","content":"Weather?"}]' },
          },
          { name: "gen_ai.content.completion", time_unix_nano: "2", attributes: { "gen_ai.completion": "Sunny." } },
        ],
      },
    );
    expect(readContent(span, contextOf())).toEqual({
      input: [text("user", "Weather?")],
      output: [text("assistant", "Sunny.")],
    });
  });
});
