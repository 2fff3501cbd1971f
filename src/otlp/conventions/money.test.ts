import { describe, expect, test } from "vitest";
import { contextOf, spanWith } from "../../../test/fixtures/span.ts";
import type { Attributes } from "../../events/span.ts";
import { readFacts } from "./index.ts";
import { dollars, totalOfBuckets } from "./money.ts";

const json = JSON.stringify;
const chat = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt" };
const call = { ...chat, "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 12 };
const vercel = { "ai.operationId": "ai.generateText.doGenerate" };
const generation = { "langfuse.observation.type": "generation" };
const langSmith = { "langsmith.span.kind": "llm" };

function cost(attributes: Attributes, scope?: string): number | undefined {
  return readFacts(spanWith(attributes), contextOf(scope)).client_cost_nano_usd;
}

describe("what the sender says a call cost, in billionths of a dollar", () => {
  test.each<[string, Attributes, number | undefined, string?]>([
    ["OpenLIT, OpenRouter", { ...call, "gen_ai.usage.cost": 0.00123 }, 1_230_000],
    ["a call whose price the sender does not know", { ...call, "gen_ai.usage.cost": 0 }, 0],
    ["Cloudflare's AI Gateway", { ...call, "gen_ai.model.provider": "openai", "gen_ai.usage.cost": 0.5 }, 500_000_000],
    ["a total", { ...call, "gen_ai.usage.total_cost": "0.0032284" }, 3_228_400],
    ["a failed call of no tokens", { ...chat, "gen_ai.usage.cost": 0.001 }, 1_000_000],
    ["Pydantic AI", { ...call, "operation.cost": 0.000_001_5 }, 1500, "pydantic-ai"],
    [
      "Pydantic AI under Logfire",
      { ...call, "logfire.span_type": "span", "operation.cost": 0.0001 },
      100_000,
      "logfire.openai",
    ],
    ["LiteLLM", { ...call, "gen_ai.cost.total_cost": 0.0342 }, 34_200_000, "litellm"],
    ["LiteLLM, second", { ...call, "litellm.cost.total": 0.0342 }, 34_200_000, "litellm"],
    ["OpenInference", { "openinference.span.kind": "LLM", "llm.cost.total": 0.0066 }, 6_600_000],
    [
      "OpenInference without a total",
      { "openinference.span.kind": "LLM", "llm.cost.prompt": 0.0021, "llm.cost.completion": 0.0045 },
      6_600_000,
    ],
    ["of an embedding", { "openinference.span.kind": "EMBEDDING", "llm.cost.prompt": 0.0021 }, 2_100_000],
    [
      "Langfuse",
      { ...generation, "langfuse.observation.cost_details": json({ input: 1, output: 2, total: 0.003 }) },
      3_000_000,
    ],
    [
      "Langfuse without a total",
      { ...generation, "langfuse.observation.cost_details": json({ input: 0.001, cache_read: 0.0005, note: "x" }) },
      1_500_000,
    ],
    [
      "Langfuse among the counts",
      { ...generation, "langfuse.observation.usage": json({ input: 1, output: 2, totalCost: 0.25 }) },
      250_000_000,
    ],
    [
      "the two sides of it",
      { ...generation, "langfuse.observation.usage": json({ inputCost: 0.25, outputCost: 0.5 }) },
      750_000_000,
    ],
    ["LangWatch", { "langwatch.span.type": "llm", "langwatch.metrics": '{"type":"json","value":{"cost":0.001}}' }, 1e6],
    ["LangWatch in Python", { "langwatch.span.type": "llm", "langwatch.metrics": '{"cost":0.001}' }, 1e6],
    ["Braintrust", { "braintrust.parent": "p", "braintrust.metrics": json({ estimated_cost: 0.002 }) }, 2e6],
    ["Braintrust, flattened", { "braintrust.parent": "p", "braintrust.metrics.estimated_cost": 0.002 }, 2e6],
    [
      "Laminar",
      { ...call, "lmnr.span.type": "LLM", "gen_ai.usage.input_cost": 0.001, "gen_ai.usage.output_cost": 0.002 },
      3e6,
    ],
    [
      "Laminar's total",
      { ...call, "lmnr.span.type": "LLM", "gen_ai.usage.input_cost": 1, "gen_ai.usage.cost": 0.002 },
      2e6,
    ],
    ["LangSmith", { ...langSmith, "langsmith.usage_metadata": json({ total_cost: 0.004 }) }, 4e6],
    ["LangSmith in Python", { ...langSmith, "langsmith.usage_metadata": json({ total_cost: "0.0040" }) }, 4e6],
    [
      "LangSmith's sides",
      { ...langSmith, "langsmith.metadata.usage_metadata": json({ input_cost: 0.001, output_cost: 0.002 }) },
      3e6,
    ],
    [
      "Vercel's gateway",
      { ...vercel, "ai.response.providerMetadata": json({ openai: {}, gateway: { cost: "0.0000189" } }) },
      18_900,
    ],
    [
      "Vercel's gateway in 7",
      { ...call, "ai.response.providerMetadata": json({ gateway: { cost: "0.0000189" } }) },
      18_900,
      "gen_ai",
    ],
    [
      "OpenRouter under Vercel",
      { ...vercel, "ai.response.providerMetadata": json({ openrouter: { usage: { cost: 0.001 } } }) },
      1e6,
    ],
    [
      "the last call's on the function around the calls",
      { "ai.operationId": "ai.generateText", "ai.response.providerMetadata": json({ gateway: { cost: "0.1" } }) },
      undefined,
    ],
    [
      "Mastra",
      {
        "mastra.span.type": "model_inference",
        "gen_ai.request.model": "m",
        "mastra.metadata.providerMetadata": json({ gateway: { cost: "0.001" } }),
      },
      1e6,
    ],
    ["nobody", call, undefined],
    ["a tool", { "gen_ai.operation.name": "execute_tool", "gen_ai.usage.cost": 1 }, undefined],
  ])("%s", (_, attributes, nano, scope) => {
    expect(cost(attributes, scope)).toBe(nano);
  });

  test("the first that knows it has it", () => {
    const both = { ...generation, ...call, "langfuse.observation.cost_details": '{"total":1}', "gen_ai.usage.cost": 2 };
    expect(cost(both)).toBe(1e9);
  });

  test.each([-1, "-1", "NaN", "Infinity", "abc", "", " 1", "0x10", "1e400", 1e7, true, null, [1], { cost: 1 }])(
    "%j is no amount",
    (junk) => {
      expect(dollars(junk)).toBeUndefined();
      expect(cost({ ...call, "gen_ai.usage.cost": junk })).toBeUndefined();
      const details = json({ total: junk });
      expect(cost({ ...generation, "langfuse.observation.cost_details": details })).toBeUndefined();
    },
  );

  test.each<[unknown, number]>([
    [0, 0],
    [1_000_000, 1_000_000],
    ["1.5e-06", 0.0000015],
    [".25", 0.25],
    ["3.", 3],
  ])("%j is %d dollars", (sent, amount) => {
    expect(dollars(sent)).toBe(amount);
  });

  test("of buckets the total counts, if it is an amount", () => {
    expect(totalOfBuckets({ total: "free", input: 1 })).toBe(1);
    expect(totalOfBuckets({ input: -1 })).toBeUndefined();
    expect(totalOfBuckets({})).toBeUndefined();
  });
});
