import { readFileSync } from "node:fs";
import { calcPrice } from "@pydantic/genai-prices";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TokenUsage } from "../../events/span.ts";
import { type CustomPrice, customPriceSchema, matches, NO_CUSTOM_PRICES, type ProjectPrices } from "./custom.ts";
import { findListed, LIST_VERSION, listPrice, sumOf } from "./list.ts";
import { explainCost, type PricedCall, priceCall } from "./price-call.ts";

const START = "1795227727697000000";

function usage(input: number | null, output: number | null, more: Partial<TokenUsage> = {}): TokenUsage {
  return { input, output, cached: null, cache_write: null, reasoning: null, ...more };
}

const call: PricedCall = { step: "llm", model: "gpt-4o-mini", provider: "openai", usage: usage(1000, 100) };

describe("the list", () => {
  test("its version is the package's", () => {
    const { version } = JSON.parse(readFileSync("node_modules/@pydantic/genai-prices/package.json", "utf8"));
    expect(LIST_VERSION).toBe(`genai-prices@${version}`);
  });

  const FOUND: [model: string, provider: string | null, entry: string][] = [
    // Days at the end, known to the list or not.
    ["gpt-4o-mini", "openai", "openai/gpt-4o-mini"],
    ["gpt-4o-mini-2026-01-01", "openai", "openai/gpt-4o-mini"],
    ["gpt-4o-mini-2026-01-01", null, "openai/gpt-4o-mini"],
    ["GPT-4o-Mini", "openai", "openai/gpt-4o-mini"],
    ["claude-sonnet-4-5-20250929", "anthropic", "anthropic/claude-sonnet-4-5"],
    ["claude-sonnet-4-5-20261231", "anthropic", "anthropic/claude-sonnet-4-5"],
    ["claude-3-5-sonnet-latest", null, "anthropic/claude-3-5-sonnet"],
    // Vendors before the name.
    ["openai/gpt-4o-mini", null, "openai/gpt-4o-mini"],
    ["openai/gpt-4o-mini", "openai", "openai/gpt-4o-mini"],
    ["openai:gpt-4o", null, "openai/gpt-4o"],
    ["anthropic/claude-sonnet-4.5", null, "anthropic/claude-sonnet-4-5"],
    ["anthropic/claude-sonnet-4.5", "openrouter", "openrouter/anthropic/claude-sonnet-4.5"],
    ["openai/gpt-4o-mini", "litellm", "openai/gpt-4o-mini"],
    ["gpt-4o-mini", "langchain", "openai/gpt-4o-mini"],
    ["ft:gpt-4o-mini-2024-07-18:acme::abc", "openai", "openai/ft:gpt-4o-mini"],
    // Bedrock, Vertex, Azure.
    ["anthropic.claude-3-haiku-20240307-v1:0", "aws.bedrock", "aws/regional.anthropic.claude-3-haiku-20240307-v1:0"],
    ["amazon.nova-lite-v1:0", "aws.bedrock", "aws/amazon.nova-lite-v1:0"],
    ["amazon.nova-lite-v1:0", null, "aws/amazon.nova-lite-v1:0"],
    ["claude-sonnet-4-5@20250929", "gcp.vertex_ai", "google/claude-sonnet-4-5"],
    ["publishers/google/models/gemini-2.5-pro", "gcp.vertex_ai", "google/gemini-2.5-pro"],
    ["projects/p/locations/l/publishers/google/models/gemini-2.5-pro", null, "google/gemini-2.5-pro"],
    ["models/gemini-2.5-flash", "gcp.gemini", "google/gemini-2.5-flash"],
    ["vertex_ai/gemini-2.5-pro", null, "google/gemini-2.5-pro"],
    ["gpt-4o-2024-11-20", "azure.ai.openai", "azure/gpt-4o"],
    ["azure/gpt-4o", null, "azure/gpt-4o"],
    // Others, and embeddings.
    ["grok-4", "x_ai", "x-ai/grok-4-0709"],
    ["mistral-large-latest", "mistral_ai", "mistral/mistral-large"],
    ["llama-3.3-70b-versatile", "groq", "groq/llama-3.3-70b-versatile"],
    ["@cf/meta/llama-3.1-8b-instruct", "workers-ai", "cloudflare/@cf/meta/llama-3.1-8b-instruct"],
    ["text-embedding-3-large", null, "openai/text-embedding-3-large"],
    ["text-embedding-3-small", "openai", "openai/text-embedding-3-small"],
    ["gemini-embedding-001", "gcp.gen_ai", "google/gemini-embedding-001"],
  ];
  test.each(FOUND)("%s of %s is %s", (model, provider, entry) => {
    const listed = findListed(model, provider);
    expect(typeof listed === "string" ? listed : `${listed.provider.id}/${listed.model.id}`).toBe(entry);
  });

  test("a Bedrock model by its region's profile and by its ARN costs the same", () => {
    const profile = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    const arn = `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${profile}`;
    const costs = [profile, arn].flatMap((model) =>
      [null, "aws.bedrock"].map((provider) => priceCall({ ...call, model, provider }, START, NO_CUSTOM_PRICES)),
    );
    expect(new Set(costs.map((cost) => cost.nano_usd)).size).toBe(1);
    expect(costs[0]?.nano_usd).toBeGreaterThan(0);
  });

  test.each([
    ["gpt-99-imaginary", "openai", "unknown_model"],
    ["my-deployment", "azure.ai.openai", "unknown_model"],
    ["gpt-4o", "a-gateway-of-ours", "unknown_provider"],
    // Open weights are sold by many, each at a price of its own.
    ["llama-3.3-70b", null, "unknown_provider"],
    ["gpt-oss-20b", null, "unknown_provider"],
    ["", null, "unknown_provider"],
    ["__proto__", "constructor", "unknown_provider"],
  ])("%s of %s is %s", (model, provider, reason) => {
    expect(findListed(model, provider)).toBe(reason);
  });

  test("every model of the list costs what the package itself says, and so do its lines", () => {
    const models = everyModel();
    expect(models.length).toBeGreaterThan(500);
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.record({
          input: fc.integer({ min: 0, max: 400_000 }),
          cached: fc.double({ min: 0, max: 0.5, noNaN: true }),
          written: fc.double({ min: 0, max: 0.5, noNaN: true }),
          output: fc.integer({ min: 0, max: 10_000 }),
          reasoning: fc.double({ min: 0, max: 0.5, noNaN: true }),
          audio: fc.double({ min: 0, max: 0.5, noNaN: true }),
        }),
        ([provider, model], part) => {
          const listed = findListed(model, provider);
          if (typeof listed === "string") return;
          const tokens = usage(part.input, part.output, {
            cached: Math.floor(part.input * part.cached),
            cache_write: Math.floor(part.input * part.written),
            reasoning: Math.floor(part.output * part.reasoning),
            cache_write_1h: Math.floor(part.input * part.written * part.audio),
            output_audio: Math.floor(part.output * part.audio),
          });
          // Whether cached tokens are audio is not told, and then the package gives up, too.
          if (tokens.cached === 0 && tokens.cache_write === 0) tokens.input_audio = Math.floor(part.input * part.audio);
          const at = new Date("2026-11-21T12:00:00Z");
          const price = listPrice(listed, tokens, at);
          const asked = {
            input_tokens: tokens.input ?? 0,
            input_audio_tokens: tokens.input_audio ?? 0,
            cache_read_tokens: tokens.cached ?? 0,
            cache_write_tokens: tokens.cache_write ?? 0,
            cache_write_1h_tokens: tokens.cache_write_1h ?? 0,
            output_tokens: tokens.output ?? 0,
            output_audio_tokens: tokens.output_audio ?? 0,
            output_reasoning_tokens: tokens.reasoning ?? 0,
          };
          const said = calcPriceOrNull(provider, model, asked, at);
          if (price === undefined) return;
          expect(price.usd).toBeCloseTo(said?.total_price ?? Number.NaN, 12);
          // Some are billed by the request as well, which is no line.
          const request = (said?.model_price.requests_kcount as number | undefined) ?? 0;
          expect(sumOf(price.lines) + request / 1000).toBeCloseTo(price.usd, 12);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

function everyModel(): [provider: string, model: string][] {
  let names: [string, string][] = [];
  // The package hands out its list only one model at a time; its own data file is not exported.
  const source = readFileSync("node_modules/@pydantic/genai-prices/dist/index.js", "utf8");
  let provider = "";
  for (const line of source.split("\n")) {
    const [, of] = /^ {4}id: "(.+)",$/.exec(line) ?? [];
    const [, model] = /^ {8}id: "(.+)",$/.exec(line) ?? [];
    if (of !== undefined) provider = of;
    else if (model !== undefined) names.push([provider, model]);
  }
  names = names.filter(([of, model]) => calcPriceOrNull(of, model) !== null);
  return names;
}

function calcPriceOrNull(providerId: string, model: string, usage = {}, timestamp = new Date()) {
  try {
    return calcPrice(usage, model, { providerId, timestamp });
  } catch {
    return null;
  }
}

describe("a call's cost", () => {
  const exact: [what: string, call: PricedCall, nanoUsd: number][] = [
    ["input and output", call, 1000 * 150 + 100 * 600],
    [
      "cached input at its own rate",
      { ...call, usage: usage(1000, 100, { cached: 400 }) },
      600 * 150 + 400 * 75 + 60_000,
    ],
    [
      "Anthropic's cache: read at a tenth, written at five quarters",
      {
        ...call,
        provider: "anthropic",
        model: "claude-sonnet-4-5",
        usage: usage(66, 12, { cached: 16, cache_write: 8 }),
      },
      42 * 3000 + 16 * 300 + 8 * 3750 + 12 * 15_000,
    ],
    ["reasoning is part of the output", { ...call, usage: usage(1000, 100, { reasoning: 60 }) }, 210_000],
    [
      "an embedding, which has no output",
      { ...call, step: "embedding", model: "text-embedding-3-small", usage: usage(9, null) },
      9 * 20,
    ],
    [
      "a long prompt at its tier",
      { ...call, provider: "gcp.gemini", model: "gemini-3-pro-preview", usage: usage(300_000, 100) },
      300_000 * 4000 + 100 * 18_000,
    ],
    [
      "a short one below it",
      { ...call, provider: "gcp.gemini", model: "gemini-3-pro-preview", usage: usage(100_000, 100) },
      100_000 * 2000 + 100 * 12_000,
    ],
    [
      "what is written to the cache for an hour at twice the rate",
      {
        ...call,
        provider: "anthropic",
        model: "claude-sonnet-4-5",
        usage: usage(66, 12, { cached: 16, cache_write: 8, cache_write_1h: 5 }),
      },
      42 * 3000 + 16 * 300 + 3 * 3750 + 5 * 6000 + 12 * 15_000,
    ],
    [
      "audio at its own rates",
      { ...call, model: "gpt-4o-mini-realtime-preview", usage: usage(100, 50, { input_audio: 60, output_audio: 40 }) },
      40 * 600 + 60 * 10_000 + 10 * 2400 + 40 * 20_000,
    ],
    ["a batch at half the price", { ...call, service_tier: "batch" }, 105_000],
    ["no tokens at all", { ...call, usage: usage(0, 0) }, 0],
  ];
  test.each(exact)("%s", (_, priced, nano_usd) => {
    expect(priceCall(priced, START, NO_CUSTOM_PRICES)).toEqual({ nano_usd, version: LIST_VERSION });
  });

  const unknown: [what: string, call: PricedCall, reason: string][] = [
    ["a stream without usage", { ...call, usage: undefined }, "no_usage"],
    ["only half of the usage", { ...call, usage: usage(10, null) }, "partial_usage"],
    ["no model", { ...call, model: undefined }, "no_model"],
    ["a model that nobody lists", { ...call, model: "gpt-99-imaginary" }, "unknown_model"],
    ["a provider that nobody lists", { ...call, provider: "nobody" }, "unknown_provider"],
    ["a model on one's own machine", { ...call, provider: "ollama", model: "llama3.2" }, "local_model"],
    [
      "the same as a stream without usage",
      { ...call, provider: "ollama", model: "llama3.2", usage: null },
      "local_model",
    ],
    ["a tier with its own contract", { ...call, service_tier: "priority" }, "service_tier"],
    ["a model that is not sold by the token", { ...call, model: "whisper-1", usage: usage(100, 10) }, "no_token_price"],
    [
      "audio that the list has no rate for",
      { ...call, model: "gpt-4o-audio-preview", usage: usage(100, 10, { input_audio: 60 }) },
      "no_token_price",
    ],
    ["counts whose parts exceed the whole", { ...call, usage: usage(10, 10, { cached: 20 }) }, "no_token_price"],
    ["a call that the provider refused", { ...call, usage: undefined, refused: true }, "refused"],
  ];
  test.each(unknown)("%s is null with its reason, never 0", (_, priced, reason) => {
    expect(priceCall(priced, START, NO_CUSTOM_PRICES)).toEqual({ nano_usd: null, reason });
  });

  test("a start that is garbage does not stop it", () => {
    for (const start of ["0", "1", "99999999999999999999999999999999"]) {
      expect(priceCall(call, start, NO_CUSTOM_PRICES).nano_usd).toBe(210_000);
    }
  });

  test("its basis names the entry, the lines and the factor", () => {
    const batch = { ...call, usage: usage(1000, 100, { cached: 400 }), service_tier: "batch" };
    expect(explainCost(batch, START, NO_CUSTOM_PRICES)).toEqual({
      usd: expect.closeTo(0.00009, 12),
      version: LIST_VERSION,
      priced_as: "openai/gpt-4o-mini",
      factor: 0.5,
      lines: [
        { kind: "cached_input", tokens: 400, usd_per_mtok: 0.075 },
        { kind: "input", tokens: 600, usd_per_mtok: 0.15 },
        { kind: "output", tokens: 100, usd_per_mtok: 0.6 },
      ],
    });
  });
});

describe("a project's own prices", () => {
  const own = (...prices: CustomPrice[]): ProjectPrices => ({ version: "project@3", prices });
  const price: CustomPrice = { model: "llama3*", input_usd_per_mtok: 1, output_usd_per_mtok: 2 };
  const local: PricedCall = { step: "llm", model: "Llama3.2:latest", provider: "ollama", usage: usage(1000, 100) };

  test("price what no list has, local models too, even at 0", () => {
    expect(priceCall(local, START, own(price))).toEqual({ nano_usd: 1_200_000, version: "project@3" });
    const free = { ...price, input_usd_per_mtok: 0, output_usd_per_mtok: 0 };
    expect(priceCall(local, START, own(free))).toEqual({ nano_usd: 0, version: "project@3" });
  });

  test("come before the list, the first that fits first, and only for their provider", () => {
    const mine = { ...price, model: "gpt-4o-mini" };
    expect(priceCall(call, START, own(mine)).nano_usd).toBe(1_200_000);
    expect(priceCall(call, START, own({ ...mine, provider: "azure.ai.openai" })).nano_usd).toBe(210_000);
    const second = { ...mine, model: "*", input_usd_per_mtok: 9 };
    expect(priceCall(call, START, own(mine, second)).nano_usd).toBe(1_200_000);
  });

  test("have rates of their own for cached, written and reasoning tokens, or those of the whole", () => {
    const tokens = usage(1000, 100, { cached: 400, cache_write: 100, reasoning: 40 });
    const all = {
      ...price,
      cached_input_usd_per_mtok: 0.1,
      cache_write_usd_per_mtok: 1.25,
      reasoning_usd_per_mtok: 3,
    };
    expect(priceCall({ ...local, usage: tokens }, START, own(all)).nano_usd).toBe(
      500 * 1000 + 400 * 100 + 100 * 1250 + 60 * 2000 + 40 * 3000,
    );
    expect(priceCall({ ...local, usage: tokens }, START, own(price)).nano_usd).toBe(1_200_000);
  });

  test.each([
    ["gpt-4o", "gpt-4o", true],
    ["gpt-4o", "GPT-4O", true],
    ["gpt-4o", "gpt-4o-mini", false],
    ["gpt-4o*", "gpt-4o-mini", true],
    ["*mini", "gpt-4o-mini", true],
    ["gpt*mini*", "gpt-4o-mini-2", true],
    ["a*a", "a", false],
    ["a*b*c", "abbc", true],
    ["a*bc*bc", "abc", false],
    ["*", "", true],
    ["a.c", "abc", false],
  ])("the pattern %s and the name %s: %s", (pattern, name, fits) => {
    expect(matches(pattern, name)).toBe(fits);
  });

  test("a pattern of nothing but stars takes no time", () => {
    expect(matches(`${"*a".repeat(99)}b`, "a".repeat(10_000))).toBe(false);
  });

  test("are refused when they are no prices", () => {
    const bad = [{}, { ...price, input_usd_per_mtok: -1 }, { ...price, model: " " }, { ...price, other: 1 }];
    for (const each of bad) expect(customPriceSchema.safeParse(each).success).toBe(false);
    expect(customPriceSchema.safeParse({ ...price, output_usd_per_mtok: Number.POSITIVE_INFINITY }).success).toBe(
      false,
    );
  });
});
