import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { setNames, traceRequests } from "../../../test/fixtures/load.ts";
import { contextOf, spanWith } from "../../../test/fixtures/span.ts";
import type { Attributes, Span, SpanFacts } from "../../events/span.ts";
import { decodeTraces } from "../decode/index.ts";
import { readContent, readFacts } from "./index.ts";
import { normaliseProvider } from "./providers.ts";

describe("who and where: what any span may say", () => {
  test.each<[string, Attributes, Partial<SpanFacts>]>([
    ["nothing", {}, {}],
    ["session and user", { "session.id": "s", "user.id": "u" }, { session_id: "s", user_id: "u" }],
    ["a user by the older name", { "enduser.id": "u" }, { user_id: "u" }],
    ["both names", { "enduser.id": "old", "user.id": "new" }, { user_id: "new" }],
    ["a conversation", { "gen_ai.conversation.id": "c" }, { session_id: "c" }],
    ["a session before a conversation", { "session.id": "s", "gen_ai.conversation.id": "c" }, { session_id: "s" }],
    [
      "OpenLLMetry's association",
      { "traceloop.association.properties.session_id": "s", "traceloop.association.properties.user_id": "u" },
      { session_id: "s", user_id: "u" },
    ],
  ])("%s", (_, attributes, facts) => {
    expect(readFacts(spanWith(attributes), contextOf())).toEqual({ step: "span", ...facts });
  });
});

describe("why a span failed, in one line", () => {
  const exception = (message: string) => ({
    name: "exception",
    time_unix_nano: "1",
    attributes: { "exception.type": "Error", "exception.message": message },
  });
  test.each<[string, Partial<Span>, string | undefined]>([
    ["it did not", {}, undefined],
    ["its message", { status: { code: "error", message: "no\n  at file.js:1" }, events: [exception("other")] }, "no"],
    [
      "its last exception",
      { status: { code: "error" }, events: [exception("first"), exception("last\r\nmore")] },
      "last",
    ],
    [
      "the exception's type",
      {
        status: { code: "error" },
        events: [{ name: "exception", time_unix_nano: "1", attributes: { "exception.type": "T" } }],
      },
      "T",
    ],
    ["the error type", { status: { code: "error" }, attributes: { "error.type": "timeout" } }, "timeout"],
    ["nobody said", { status: { code: "error" } }, undefined],
    ["an exception that was handled", { status: { code: "ok" }, events: [exception("handled")] }, undefined],
    ["a long one", { status: { code: "error", message: "x".repeat(501) } }, `${"x".repeat(499)}…`],
  ])("%s", (_, span, error) => {
    expect(readFacts(spanWith({}, span), contextOf()).error).toBe(error);
  });
});

describe("OpenLLMetry's own spans", () => {
  test.each<[Attributes, SpanFacts]>([
    [{ "traceloop.span.kind": "workflow", "traceloop.entity.name": "w" }, { step: "chain" }],
    [{ "traceloop.span.kind": "task", "traceloop.entity.name": "t" }, { step: "chain" }],
    [
      { "traceloop.span.kind": "agent", "traceloop.entity.name": "a" },
      { step: "agent", operation: "invoke_agent", agent_name: "a" },
    ],
    [
      { "traceloop.span.kind": "tool", "traceloop.entity.name": "get" },
      { step: "tool", operation: "execute_tool", tool_name: "get" },
    ],
    [{ "traceloop.span.kind": "dream" }, { step: "span" }],
  ])("%j", (attributes, facts) => {
    expect(readFacts(spanWith(attributes), contextOf())).toEqual(facts);
  });

  test("a tool's input and output are its call and its result", () => {
    const attributes = {
      "traceloop.span.kind": "tool",
      "traceloop.entity.name": "get",
      "traceloop.entity.input": '{"args":["Paris"],"kwargs":{}}',
      "traceloop.entity.output": '{"temp":18}',
    };
    expect(readContent(spanWith(attributes), contextOf())).toEqual({
      input: [
        { role: "assistant", parts: [{ type: "tool_call", name: "get", arguments: { args: ["Paris"], kwargs: {} } }] },
      ],
      output: [{ role: "tool", parts: [{ type: "tool_result", name: "get", result: { temp: 18 } }] }],
    });
  });
});

describe("input tokens include the cached ones, whatever the client meant", () => {
  const attributes = (input: number) => ({
    "gen_ai.operation.name": "chat",
    "gen_ai.usage.input_tokens": input,
    "gen_ai.usage.cache_read.input_tokens": 16,
    "gen_ai.usage.cache_creation.input_tokens": 8,
  });
  test.each<[string, string, number, number]>([
    ["a client that follows the conventions", "gen_ai", 66, 66],
    ["a client that is known to leave them out", "@traceloop/instrumentation-anthropic", 42, 66],
    ["a count that cannot include them", "unknown", 10, 34],
    ["a count that can", "unknown", 24, 24],
  ])("%s", (_, scope, sent, input) => {
    expect(readFacts(spanWith(attributes(sent)), contextOf(scope)).usage).toEqual({
      input,
      cached: 16,
      cache_write: 8,
      output: null,
      reasoning: null,
    });
  });
});

describe("a provider has one name", () => {
  test.each([
    ["openai", "openai"],
    ["OpenAI", "openai"],
    ["openai.responses", "openai"],
    ["openai.chat", "openai"],
    ["Anthropic", "anthropic"],
    ["anthropic.messages", "anthropic"],
    ["gcp.vertex_ai", "gcp.vertex_ai"],
    ["google.vertex.chat", "gcp.vertex_ai"],
    ["google.generative-ai", "gcp.gemini"],
    ["google", "gcp.gen_ai"],
    ["azure", "azure.ai.openai"],
    ["azure.ai.inference", "azure.ai.inference"],
    ["az.ai.openai", "azure.ai.openai"],
    ["amazon-bedrock", "aws.bedrock"],
    ["aws.bedrock", "aws.bedrock"],
    ["mistral.chat", "mistral_ai"],
    ["xai", "x_ai"],
    [" DeepSeek ", "deepseek"],
    ["Somebody.New", "somebody.new"],
    ["constructor", "constructor"],
  ])("%s is %s", (sent, name) => {
    expect(normaliseProvider(sent)).toBe(name);
  });
});

test("a fact is cut where it would be no name any more", () => {
  const long = `${"x".repeat(498)}🎉🎉`;
  const cut = `${"x".repeat(498)}…`;
  const attributes = {
    "session.id": long,
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": long,
    "gen_ai.provider.name": ".".repeat(100_000),
    "openinference.span.kind": "CHAIN",
    "tag.tags": Array.from({ length: 60 }, () => long),
  };
  expect(readFacts(spanWith(attributes), contextOf())).toEqual({
    step: "chain",
    operation: "chat",
    session_id: cut,
    model: cut,
    provider: `${".".repeat(499)}…`,
    tags: Array.from({ length: 50 }, () => cut),
  });
});

test("no attribute of any shape makes a reader throw, and all that is read can be stored", () => {
  const keys = new Set<string>();
  for (const name of setNames()) {
    for (const { type, body } of traceRequests(name)) {
      for (const { spans } of decodeTraces(type, body).groups) {
        for (const span of spans) for (const key of Object.keys(span.attributes)) keys.add(key);
      }
    }
  }
  const json = fc.oneof(
    fc.constantFrom("[]", "{}", "[[]]", '[{"role":"user"}]', '{"messages":[[]]}', '{"choices":[{}]}', '{"output":[1]}'),
    fc.json({ maxDepth: 3 }),
    fc.constantFrom('[{"role":"tool","content":[null]}]', '{"generations":[[{}]]}', '[{"type":"image"}]'),
  );
  const value = fc.oneof(json, fc.jsonValue({ maxDepth: 3 }), fc.string()) as fc.Arbitrary<Attributes[string]>;
  const attributes = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 25 });
  const steered = fc.record(
    { "openinference.span.kind": fc.constantFrom("LLM", "TOOL", "RERANKER", "EMBEDDING", "x") },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(attributes, steered, fc.string(), (some, kind, eventName) => {
      const event = { name: `gen_ai.${eventName}.message`, time_unix_nano: "1", attributes: some };
      const choice = { name: "gen_ai.choice", time_unix_nano: "1", attributes: some };
      const span = spanWith({ ...some, ...(kind as Attributes) }, { events: [event, choice] });
      const facts = readFacts(span, contextOf());
      const content = readContent(span, contextOf());
      expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
      expect(() => JSON.stringify(content)).not.toThrow();
    }),
    { numRuns: 1500 },
  );
});
