import { expect, test } from "vitest";
import { contextOf, spanWith } from "../../../test/fixtures/span.ts";
import type { Attributes } from "../../events/span.ts";
import { readFacts } from "../../otlp/conventions/index.ts";
import { NO_CUSTOM_PRICES } from "../prices/custom.ts";
import { LIST_VERSION } from "../prices/list.ts";
import { priceCall } from "../prices/price-call.ts";

const json = JSON.stringify;

/** Tokens and cost of one call, as its run would show them. */
function tupleOf(attributes: Attributes, scope?: string) {
  const facts = readFacts(spanWith(attributes), contextOf(scope));
  const cost = priceCall(facts, "1795227727697000000", NO_CUSTOM_PRICES);
  return { usage: facts.usage, cost };
}

const OPENAI = {
  usage: { input: 42, cached: 16, cache_write: null, output: 12, reasoning: 5 },
  // 26 at $0.15, 16 cached at $0.075 and 12 out at $0.60 a million.
  cost: { nano_usd: 26 * 150 + 16 * 75 + 12 * 600, version: LIST_VERSION },
};

test.each<[string, Attributes]>([
  [
    "GenAI",
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o-mini",
      "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
      "gen_ai.usage.input_tokens": 42,
      "gen_ai.usage.cache_read.input_tokens": 16,
      "gen_ai.usage.output_tokens": 12,
      "gen_ai.usage.reasoning.output_tokens": 5,
    },
  ],
  [
    "GenAI before 1.37",
    {
      "gen_ai.system": "OpenAI",
      "gen_ai.request.model": "gpt-4o-mini",
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
      "llm.provider": "openai",
      "llm.model_name": "gpt-4o-mini-2024-07-18",
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
      "ai.model.id": "gpt-4o-mini",
      "ai.usage.inputTokens": 42,
      "ai.usage.cachedInputTokens": 16,
      "ai.usage.outputTokens": 12,
      "ai.usage.reasoningTokens": 5,
    },
  ],
  [
    "Vercel AI SDK 6",
    {
      "ai.operationId": "ai.generateText.doGenerate",
      "ai.model.provider": "openai.chat",
      "ai.model.id": "gpt-4o-mini",
      "ai.usage.inputTokens": 42,
      "ai.usage.inputTokenDetails.cacheReadTokens": 16,
      "ai.usage.outputTokens": 12,
      "ai.usage.outputTokenDetails.reasoningTokens": 5,
    },
  ],
  [
    "Vercel AI SDK 7",
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o-mini",
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
      "langfuse.observation.model.name": "gpt-4o-mini",
      "langfuse.observation.usage_details": json({
        input: 26,
        input_cached_tokens: 16,
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
      "gen_ai.system": "langchain",
      "langsmith.metadata.ls_provider": "openai",
      "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
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
      "gen_ai.request.model": "openai/gpt-4o-mini",
      "langwatch.metrics": json({
        type: "json",
        value: { promptTokens: 42, cacheReadInputTokens: 16, completionTokens: 12, reasoningTokens: 5 },
      }),
    },
  ],
  [
    "Braintrust",
    {
      "braintrust.span_attributes": json({ type: "llm" }),
      "braintrust.metadata": json({ model: "gpt-4o-mini", provider: "openai" }),
      "braintrust.metrics": json({
        prompt_tokens: 42,
        prompt_cached_tokens: 16,
        completion_tokens: 12,
        completion_reasoning_tokens: 5,
      }),
    },
  ],
  [
    "Mastra",
    {
      "mastra.span.type": "model_inference",
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai.responses",
      "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
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
      "genkit:name": "openai/gpt-4o-mini",
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
])("a call to OpenAI has the same tokens and the same cost through %s", (_, attributes) => {
  expect(tupleOf(attributes)).toEqual(OPENAI);
});

const ANTHROPIC = {
  usage: { input: 66, cached: 16, cache_write: 8, output: 12, reasoning: null },
  // 42 at $3, 16 read at $0.30, 8 written at $3.75 and 12 out at $15 a million.
  cost: { nano_usd: 42 * 3000 + 16 * 300 + 8 * 3750 + 12 * 15_000, version: LIST_VERSION },
};
const RAW = { input_tokens: 42, cache_creation_input_tokens: 8, cache_read_input_tokens: 16, output_tokens: 12 };

test.each<[string, Attributes, string?]>([
  [
    "GenAI",
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "anthropic",
      "gen_ai.response.model": "claude-sonnet-4-5-20250929",
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
      "gen_ai.provider.name": "anthropic",
      "gen_ai.request.model": "claude-sonnet-4-5",
      "gen_ai.usage.input_tokens": 42,
      "gen_ai.usage.cache_read.input_tokens": 16,
      "gen_ai.usage.cache_creation.input_tokens": 8,
      "gen_ai.usage.output_tokens": 12,
    },
    "@traceloop/instrumentation-anthropic",
  ],
  [
    "OpenInference",
    {
      "openinference.span.kind": "LLM",
      "llm.system": "anthropic",
      "llm.model_name": "claude-sonnet-4-5",
      "llm.token_count.prompt": 66,
      "llm.token_count.prompt_details.cache_read": 16,
      "llm.token_count.prompt_details.cache_write": 8,
      "llm.token_count.completion": 12,
    },
  ],
  [
    "Claude Code",
    {
      "span.type": "llm_request",
      "gen_ai.provider.name": "anthropic",
      model: "claude-sonnet-4-5",
      input_tokens: 42,
      cache_read_tokens: 16,
      cache_creation_tokens: 8,
      output_tokens: 12,
    },
    "com.anthropic.claude_code.tracing",
  ],
  [
    "Vercel AI SDK 5",
    {
      "ai.operationId": "ai.generateText.doGenerate",
      "ai.model.provider": "anthropic.messages",
      "ai.model.id": "claude-sonnet-4-5",
      "ai.usage.promptTokens": 42,
      "ai.usage.completionTokens": 12,
      "ai.response.providerMetadata": json({ anthropic: { usage: RAW, cacheCreationInputTokens: 8 } }),
    },
  ],
  [
    "Langfuse",
    {
      "langfuse.observation.type": "generation",
      "langfuse.observation.model.name": "claude-sonnet-4-5",
      "langfuse.observation.usage_details": json({
        input: 42,
        cache_read_input_tokens: 16,
        cache_creation_input_tokens: 8,
        output: 12,
      }),
    },
  ],
  [
    "LangSmith",
    {
      "langsmith.span.kind": "llm",
      "gen_ai.system": "anthropic",
      "gen_ai.request.model": "claude-sonnet-4-5",
      "gen_ai.usage.input_tokens": 66,
      "gen_ai.usage.input_token_details": json({ cache_read: 16, cache_creation: 8 }),
      "gen_ai.usage.output_tokens": 12,
    },
  ],
  [
    "Braintrust",
    {
      "braintrust.metadata": json({ model: "claude-sonnet-4-5" }),
      "braintrust.span_attributes": json({ type: "llm" }),
      "braintrust.metrics": json({
        prompt_tokens: 66,
        prompt_cached_tokens: 16,
        prompt_cache_creation_tokens: 8,
        completion_tokens: 12,
      }),
    },
  ],
])("a call to Anthropic has the same tokens and the same cost through %s", (_, attributes, scope) => {
  expect(tupleOf(attributes, scope)).toEqual(ANTHROPIC);
});

test.each<[string, Attributes, string]>([
  [
    "a stream without usage",
    { "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini" },
    "no_usage",
  ],
  [
    "a model that nobody sells",
    {
      "openinference.span.kind": "LLM",
      "llm.provider": "openai",
      "llm.model_name": "gpt-99",
      "llm.token_count.prompt": 1,
      "llm.token_count.completion": 1,
    },
    "unknown_model",
  ],
  [
    "a model on one's own machine",
    {
      "ai.operationId": "ai.generateText.doGenerate",
      "ai.model.provider": "ollama.chat",
      "ai.model.id": "llama3.2",
      "ai.usage.inputTokens": 42,
      "ai.usage.outputTokens": 12,
    },
    "local_model",
  ],
])("%s has no cost, and a reason", (_, attributes, reason) => {
  expect(tupleOf(attributes).cost).toEqual({ nano_usd: null, reason });
});
