import { describe, expect, test } from "vitest";
import { contextOf, spanWith } from "../../../test/fixtures/span.ts";
import type { Attributes, TokenUsage } from "../../events/span.ts";
import { readFacts } from "./index.ts";
import { apiUsage, langfuseUsage } from "./tokens.ts";

const json = JSON.stringify;

function usageOf(attributes: Attributes, scope?: string): TokenUsage | undefined {
  return readFacts(spanWith(attributes), contextOf(scope)).usage;
}

describe("one call to OpenAI has the same counts through every convention: 42 in, 16 of them cached, 12 out, 5 of them reasoning", () => {
  test.each<[string, Attributes]>([
    [
      "GenAI",
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": 42,
        "gen_ai.usage.cache_read.input_tokens": 16,
        "gen_ai.usage.output_tokens": 12,
        "gen_ai.usage.reasoning.output_tokens": 5,
      },
    ],
    [
      "GenAI before 1.37",
      {
        "gen_ai.system": "openai",
        "gen_ai.usage.prompt_tokens": 42,
        "gen_ai.usage.cache_read_input_tokens": 16,
        "gen_ai.usage.completion_tokens": 12,
        "llm.usage.reasoning_tokens": 5,
      },
    ],
    [
      "OpenInference",
      {
        "openinference.span.kind": "LLM",
        "llm.token_count.prompt": 42,
        "llm.token_count.prompt_details.cache_read": 16,
        "llm.token_count.completion": 12,
        "llm.token_count.completion_details.reasoning": 5,
      },
    ],
    [
      "Vercel AI SDK 5",
      {
        "ai.operationId": "ai.streamText.doStream",
        "ai.model.provider": "openai.responses",
        "ai.usage.inputTokens": 42,
        "ai.usage.cachedInputTokens": 16,
        "ai.usage.outputTokens": 12,
        "ai.usage.reasoningTokens": 5,
        "gen_ai.usage.input_tokens": 42,
        "gen_ai.usage.output_tokens": 12,
      },
    ],
    [
      "Vercel AI SDK 6",
      {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.provider": "openai.chat",
        "ai.usage.inputTokens": 42,
        "ai.usage.inputTokenDetails.noCacheTokens": 26,
        "ai.usage.inputTokenDetails.cacheReadTokens": 16,
        "ai.usage.outputTokens": 12,
        "ai.usage.outputTokenDetails.reasoningTokens": 5,
      },
    ],
    [
      "Vercel AI SDK 7",
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": 42,
        "gen_ai.usage.cache_read.input_tokens": 16,
        "gen_ai.usage.output_tokens": 12,
        "ai.usage.outputTokenDetails.reasoningTokens": 5,
      },
    ],
    [
      "Langfuse",
      {
        "langfuse.observation.type": "generation",
        "langfuse.observation.usage_details": json({
          input: 26,
          input_cached_tokens: 16,
          input_audio_tokens: 0,
          output: 7,
          output_reasoning_tokens: 5,
          total: 54,
        }),
      },
    ],
    [
      "LangSmith",
      {
        "langsmith.span.kind": "llm",
        "gen_ai.usage.input_tokens": 42,
        "gen_ai.usage.input_token_details": json({ cache_read: 16 }),
        "gen_ai.usage.output_tokens": 12,
        "gen_ai.usage.output_token_details": json({ reasoning: 5 }),
      },
    ],
    [
      "LangWatch",
      {
        "langwatch.span.type": "llm",
        "langwatch.metrics": json({
          type: "json",
          value: { promptTokens: 42, cacheReadInputTokens: 16, completionTokens: 12, reasoningTokens: 5 },
        }),
      },
    ],
    [
      "LangWatch in Python",
      {
        "langwatch.span.type": "llm",
        "langwatch.metrics": json({
          prompt_tokens: 42,
          cache_read_input_tokens: 16,
          completion_tokens: 12,
          reasoning_tokens: 5,
        }),
      },
    ],
    [
      "Braintrust",
      {
        "braintrust.span_attributes": json({ type: "llm" }),
        "braintrust.metrics": json({
          prompt_tokens: 42,
          prompt_cached_tokens: 16,
          completion_tokens: 12,
          completion_reasoning_tokens: 5,
          tokens: 54,
        }),
      },
    ],
    [
      "Braintrust, flattened",
      {
        "braintrust.span_attributes.type": "llm",
        "braintrust.metrics.prompt_tokens": 42,
        "braintrust.metrics.prompt_cached_tokens": 16,
        "braintrust.metrics.completion_tokens": 12,
        "braintrust.metrics.completion_reasoning_tokens": 5,
      },
    ],
    [
      "Mastra",
      {
        "mastra.span.type": "model_inference",
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": 42,
        "gen_ai.usage.cache_read.input_tokens": 16,
        "gen_ai.usage.output_tokens": 12,
        "gen_ai.usage.reasoning_tokens": 5,
      },
    ],
    [
      "Genkit",
      {
        "genkit:type": "action",
        "genkit:metadata:subtype": "model",
        "genkit:output": json({
          usage: { inputTokens: 42, outputTokens: 12 },
          raw: {
            usage: {
              prompt_tokens: 42,
              completion_tokens: 12,
              prompt_tokens_details: { cached_tokens: 16 },
              completion_tokens_details: { reasoning_tokens: 5 },
            },
          },
        }),
      },
    ],
  ])("%s", (_, attributes) => {
    expect(usageOf(attributes)).toEqual({ input: 42, cached: 16, cache_write: null, output: 12, reasoning: 5 });
  });
});

describe("one call to Anthropic has the same counts, whether its cached tokens stand in the input or beside it", () => {
  const raw = {
    input_tokens: 42,
    cache_creation_input_tokens: 8,
    cache_read_input_tokens: 16,
    output_tokens: 12,
  };
  const metadata = json({ anthropic: { usage: raw, cacheCreationInputTokens: 8 } });
  test.each<[string, Attributes, string?]>([
    [
      "GenAI",
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": 66,
        "gen_ai.usage.cache_read.input_tokens": 16,
        "gen_ai.usage.cache_creation.input_tokens": 8,
        "gen_ai.usage.output_tokens": 12,
      },
    ],
    [
      "OpenLLMetry",
      {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": 42,
        "gen_ai.usage.cache_read.input_tokens": 16,
        "gen_ai.usage.cache_creation.input_tokens": 8,
        "gen_ai.usage.output_tokens": 12,
      },
      "@traceloop/instrumentation-anthropic",
    ],
    [
      "OpenLLMetry with the older names",
      {
        "gen_ai.system": "Anthropic",
        "gen_ai.request.model": "claude",
        "gen_ai.usage.input_tokens": 42,
        "gen_ai.usage.cache_read_input_tokens": 16,
        "gen_ai.usage.cache_creation_input_tokens": 8,
        "gen_ai.usage.output_tokens": 12,
      },
      "@traceloop/instrumentation-anthropic",
    ],
    [
      "OpenInference",
      {
        "openinference.span.kind": "LLM",
        "llm.token_count.prompt": 66,
        "llm.token_count.prompt_details.cache_read": 16,
        "llm.token_count.prompt_details.cache_write": 8,
        "llm.token_count.completion": 12,
      },
    ],
    [
      "Vercel AI SDK 5",
      {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.provider": "anthropic.messages",
        "ai.usage.promptTokens": 42,
        "ai.usage.completionTokens": 12,
        "ai.response.providerMetadata": metadata,
        "gen_ai.system": "anthropic.messages",
        "gen_ai.request.model": "claude",
        "gen_ai.usage.input_tokens": 42,
      },
    ],
    [
      "Vercel AI SDK 5, streamed",
      {
        "ai.operationId": "ai.streamText.doStream",
        "ai.model.provider": "anthropic.messages",
        "ai.usage.inputTokens": 42,
        "ai.usage.cachedInputTokens": 16,
        "ai.usage.outputTokens": 12,
        "ai.response.providerMetadata": metadata,
      },
    ],
    [
      "Vercel AI SDK 6, an object",
      {
        "ai.operationId": "ai.generateObject.doGenerate",
        "ai.model.provider": "anthropic.messages",
        "ai.usage.promptTokens": 66,
        "ai.usage.completionTokens": 12,
        "ai.response.providerMetadata": metadata,
      },
    ],
    [
      "Vercel AI SDK 6",
      {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.provider": "anthropic.messages",
        "ai.usage.inputTokens": 66,
        "ai.usage.inputTokenDetails.noCacheTokens": 42,
        "ai.usage.inputTokenDetails.cacheReadTokens": 16,
        "ai.usage.inputTokenDetails.cacheWriteTokens": 8,
        "ai.usage.outputTokens": 12,
        "ai.response.providerMetadata": metadata,
      },
    ],
    [
      "Langfuse",
      {
        "langfuse.observation.type": "generation",
        "langfuse.observation.usage_details": json({
          input: 42,
          cache_read_input_tokens: 16,
          cache_creation_input_tokens: 8,
          output: 12,
        }),
      },
    ],
    [
      "Langfuse, of LangChain's counts",
      {
        "langfuse.observation.type": "generation",
        "langfuse.observation.usage_details": json({
          input: 42,
          input_cache_read: 16,
          input_cache_creation: 8,
          output: 12,
          total: 78,
        }),
      },
    ],
    [
      "LangSmith",
      {
        "langsmith.span.kind": "llm",
        "gen_ai.usage.input_tokens": 66,
        "gen_ai.usage.input_token_details": json({ cache_read: 16, cache_creation: 8 }),
        "gen_ai.usage.output_tokens": 12,
      },
    ],
    [
      "Braintrust",
      {
        "braintrust.parent": "project_name:p",
        "braintrust.metrics": json({
          prompt_tokens: 66,
          prompt_cached_tokens: 16,
          prompt_cache_creation_tokens: 8,
          completion_tokens: 12,
        }),
      },
    ],
    [
      "Genkit",
      {
        "genkit:type": "action",
        "genkit:metadata:subtype": "model",
        "genkit:output": json({ usage: { inputTokens: 42, outputTokens: 12 }, raw: { usage: raw } }),
      },
    ],
    [
      "Claude Code",
      {
        "span.type": "llm_request",
        input_tokens: 42,
        cache_read_tokens: 16,
        cache_creation_tokens: 8,
        output_tokens: 12,
      },
      "com.anthropic.claude_code.tracing",
    ],
  ])("%s", (_, attributes, scope) => {
    expect(usageOf(attributes, scope)).toEqual({ input: 66, cached: 16, cache_write: 8, output: 12, reasoning: null });
  });
});

describe("Gemini counts its thoughts beside the answer", () => {
  const counts = { input: 20, cached: 4, cache_write: null, output: 12, reasoning: 5 };
  test.each<[string, Attributes]>([
    [
      "Vercel AI SDK 5",
      {
        "ai.operationId": "ai.streamText.doStream",
        "ai.model.provider": "google.generative-ai",
        "ai.usage.inputTokens": 20,
        "ai.usage.cachedInputTokens": 4,
        "ai.usage.outputTokens": 7,
        "ai.usage.reasoningTokens": 5,
      },
    ],
    [
      "Genkit",
      {
        "genkit:type": "action",
        "genkit:metadata:subtype": "model",
        "genkit:output": json({
          usage: { inputTokens: 20, outputTokens: 7, thoughtsTokens: 5, cachedContentTokens: 4 },
          raw: {
            usageMetadata: {
              promptTokenCount: 20,
              cachedContentTokenCount: 4,
              candidatesTokenCount: 7,
              thoughtsTokenCount: 5,
            },
          },
        }),
      },
    ],
  ])("%s", (_, attributes) => {
    expect(usageOf(attributes)).toEqual(counts);
  });
});

describe("Langfuse's buckets", () => {
  const nothing = {
    input: undefined,
    cached: undefined,
    cacheWrite: undefined,
    output: undefined,
    reasoning: undefined,
  };
  test.each<[string, { [bucket: string]: unknown }, object]>([
    ["none", {}, {}],
    ["the two", { input: 1, output: 2, total: 3 }, { input: 1, output: 2 }],
    ["no reply", { input: 1 }, { input: 1 }],
    ["the API's names", { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }, { input: 1, output: 2 }],
    [
      "the API's whole object, whose details are parts",
      { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 4 }, completion_tokens: 2, total_tokens: 12 },
      { input: 10, cached: 4, output: 2 },
    ],
    [
      "the other API's",
      { input_tokens: 10, input_tokens_details: { cached_tokens: 4 }, output_tokens: 2 },
      { input: 10, cached: 4, output: 2 },
    ],
    ["beside", { input: 6, input_cache_read: 4, output: 2 }, { input: 10, cached: 4, output: 2 }],
    [
      "inside, as the total says",
      { input: 10, input_cache_read: 4, output: 2, total: 12 },
      { input: 10, cached: 4, output: 2 },
    ],
    [
      "of other names",
      { input: 6, input_image: 3, output: 1, output_audio: 2 },
      { input: 9, output: 3, outputAudio: 2 },
    ],
    ["no counts", { input: "many", output: -1, input_x: null, prompt: 1.5 }, {}],
  ])("%s", (_, buckets, expected) => {
    expect(langfuseUsage(buckets)).toEqual({ ...nothing, inputLeavesOutCache: false, ...expected });
  });
});

test.each<[string, { [field: string]: unknown }, object]>([
  [
    "Anthropic's, with what is kept for an hour",
    {
      input_tokens: 42,
      cache_creation_input_tokens: 8,
      cache_creation: { ephemeral_1h_input_tokens: 5 },
      output_tokens: 12,
    },
    { input: 42, cacheWrite: 8, cacheWrite1h: 5, output: 12 },
  ],
  [
    "OpenAI's, with audio",
    {
      prompt_tokens: 100,
      prompt_tokens_details: { audio_tokens: 60 },
      completion_tokens: 50,
      completion_tokens_details: { audio_tokens: 40 },
    },
    { input: 100, inputAudio: 60, output: 50, outputAudio: 40 },
  ],
  [
    "Gemini's, with audio",
    {
      promptTokenCount: 100,
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 40 },
        { modality: "AUDIO", tokenCount: 60 },
      ],
      candidatesTokenCount: 50,
    },
    { input: 100, inputAudio: 60, output: 50, outputAudio: undefined },
  ],
])("an API's usage object: %s", (_, usage, expected) => {
  expect(apiUsage(usage)).toMatchObject(expected);
});

test("an API's usage object that is none gives nothing", () => {
  expect(Object.values(apiUsage({})).filter((value) => value !== undefined && value !== false)).toEqual([]);
});

test("what nobody sent is null, never 0, and a call without counts has no usage", () => {
  expect(usageOf({ "ai.operationId": "ai.embed.doEmbed", "ai.usage.tokens": 9 })).toEqual({
    input: 9,
    cached: null,
    cache_write: null,
    output: null,
    reasoning: null,
  });
  for (const attributes of [
    { "ai.operationId": "ai.streamText.doStream", "ai.model.provider": "anthropic" },
    { "langfuse.observation.type": "generation", "langfuse.observation.usage_details": "{}" },
    { "langsmith.span.kind": "llm" },
    { "langwatch.span.type": "llm", "langwatch.metrics": "{}" },
    { "braintrust.span_attributes": '{"type":"llm"}', "braintrust.metrics": "[]" },
    { "genkit:type": "action", "genkit:metadata:subtype": "model", "genkit:output": '{"usage":{}}' },
  ] as Attributes[]) {
    expect(usageOf(attributes)).toBeUndefined();
  }
});
