import { describe, expect, test } from "vitest";
import { contextOf, spanWith } from "../../../test/fixtures/span.ts";
import type { Attributes } from "../../events/span.ts";
import { readFacts } from "./index.ts";

const json = JSON.stringify;
const openAi = { "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai" };
const older = { "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt" };
const anthropic = { "gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic" };
const vercel = { "ai.operationId": "ai.generateText.doGenerate" };
const CLAUDE_CODE = "com.anthropic.claude_code.tracing";

function tier(attributes: Attributes, scope?: string): string | undefined {
  return readFacts(spanWith(attributes), contextOf(scope)).service_tier;
}

describe("the service tier of a call, unless it is the standard one", () => {
  test.each<[string, Attributes, string | undefined, string?]>([
    ["the answer's", { ...openAi, "gen_ai.response.service_tier": "flex" }, "flex"],
    ["OpenAI's", { ...openAi, "openai.response.service_tier": "Priority" }, "priority"],
    ["Azure's", { ...openAi, "gen_ai.provider.name": "azure", "openai.response.service_tier": "flex" }, "flex"],
    ["the request's", { ...openAi, "openai.request.service_tier": "flex" }, "flex"],
    ["the request's by the common name", { ...anthropic, "gen_ai.request.service_tier": "priority" }, "priority"],
    ["Anthropic's", { ...anthropic, "anthropic.response.service_tier": "batch" }, "batch"],
    [
      "what was asked for but not given",
      { ...openAi, "openai.request.service_tier": "priority", "openai.response.service_tier": "default" },
      undefined,
    ],
    ["a request that is one of many", { ...openAi, "gen_ai.request.is_batch": true }, "batch"],
    ["the same as a string", { ...openAi, "gen_ai.request.batch": "true" }, "batch"],
    ["one that is not", { ...openAi, "gen_ai.request.is_batch": false }, undefined],
    [
      "Vercel's OpenAI",
      { ...vercel, "ai.response.providerMetadata": json({ openai: { responseId: "r", serviceTier: "flex" } }) },
      "flex",
    ],
    [
      "Vercel's Anthropic",
      { ...vercel, "ai.response.providerMetadata": json({ anthropic: { usage: { service_tier: "priority" } } }) },
      "priority",
    ],
    [
      "Vercel's standard one",
      { ...vercel, "ai.response.providerMetadata": json({ openai: { serviceTier: "default" } }) },
      undefined,
    ],
    [
      "Vercel 7's",
      { ...openAi, "ai.response.providerMetadata": json({ openai: { serviceTier: "flex" } }) },
      "flex",
      "gen_ai",
    ],
    [
      "Anthropic's fast mode",
      {
        ...vercel,
        "ai.response.providerMetadata": '{"anthropic":{"usage":{"service_tier":"standard","speed":"fast"}}}',
      },
      "fast",
    ],
    [
      "LangSmith's",
      { "langsmith.span.kind": "llm", "gen_ai.operation.name": "chat", "gen_ai.response.service_tier": "flex" },
      "flex",
    ],
    [
      "LangChain's, before the names of the counts",
      { "langsmith.span.kind": "llm", "gen_ai.usage.input_token_details": json({ priority_cache_read: 16 }) },
      "priority",
    ],
    [
      "Genkit's, of OpenAI's answer",
      {
        "genkit:type": "action",
        "genkit:metadata:subtype": "model",
        "genkit:output": json({ usage: { inputTokens: 1 }, raw: { service_tier: "flex", usage: {} } }),
      },
      "flex",
    ],
    [
      "Genkit's, of Anthropic's answer",
      {
        "genkit:type": "action",
        "genkit:metadata:subtype": "model",
        "genkit:output": json({ usage: { inputTokens: 1 }, raw: { usage: { service_tier: "batch" } } }),
      },
      "batch",
    ],
    ["Claude Code's fast mode", { "span.type": "llm_request", speed: "fast" }, "fast", CLAUDE_CODE],
    ["Claude Code's normal one", { "span.type": "llm_request", speed: "normal" }, undefined, CLAUDE_CODE],
    ["a tool's", { "gen_ai.operation.name": "execute_tool", "gen_ai.response.service_tier": "flex" }, undefined],
  ])("%s", (_, attributes, expected, scope) => {
    expect(tier(attributes, scope)).toBe(expected);
  });

  test("by the names of OpenAI before 1.37", () => {
    expect(tier({ ...older, "gen_ai.openai.response.service_tier": "scale" })).toBe("scale");
    expect(tier({ ...older, "gen_ai.openai.request.service_tier": "flex" })).toBe("flex");
  });

  test.each([
    "default",
    "Standard",
    "auto",
    "on_demand",
    "standard_only",
    "",
    " ",
    1,
    null,
    ["flex"],
    { tier: "flex" },
  ])("%j is none to speak of", (sent) => {
    expect(tier({ ...openAi, "gen_ai.response.service_tier": sent })).toBeUndefined();
  });
});

test("counts that LangChain names by the tier are counts", () => {
  const attributes = {
    "langsmith.span.kind": "llm",
    "gen_ai.usage.input_tokens": 42,
    "gen_ai.usage.output_tokens": 12,
    "gen_ai.usage.input_token_details": json({ flex_cache_read: 16, flex: 26 }),
    "gen_ai.usage.output_token_details": json({ flex_reasoning: 5, flex: 7 }),
  };
  expect(readFacts(spanWith(attributes), contextOf())).toEqual({
    step: "llm",
    operation: "chat",
    service_tier: "flex",
    usage: { input: 42, cached: 16, cache_write: null, output: 12, reasoning: 5 },
  });
});
