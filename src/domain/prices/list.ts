import { calcPrice, findProvider, type ModelInfo, type ModelPrice, type Provider } from "@pydantic/genai-prices";
import type { TokenUsage, UnpricedReason } from "../../events/span.ts";

/** The public price list that comes with this version, as it is named in answers. The package's version is pinned to it. */
export const LIST_VERSION = "genai-prices@0.1.8";

/** A model of the list. */
export interface ListedModel {
  provider: Provider;
  model: ModelInfo;
  /** Its rates, if they are the same at all times and for tokens only; null for the others, which the package computes. */
  flat: ModelPrice | null;
}

/** OpenTelemetry's names of providers, where the list has another. */
const LIST_NAMES = new Map<string, string>([
  ["aws.bedrock", "aws"],
  ["azure.ai.openai", "azure"],
  ["azure.ai.inference", "azure"],
  ["gcp.gemini", "google"],
  ["gcp.vertex_ai", "google"],
  ["gcp.gen_ai", "google"],
  ["mistral_ai", "mistral"],
  ["x_ai", "x-ai"],
  ["moonshot_ai", "moonshotai"],
  ["fireworks_ai", "fireworks"],
  ["together_ai", "together"],
  ["workers-ai", "cloudflare"],
  ["workersai", "cloudflare"],
  ["voyage", "voyageai"],
  ["voyage_ai", "voyageai"],
  ["bedrock", "aws"],
  ["vertex_ai", "google"],
  ["vertex", "google"],
  ["gemini", "google"],
]);

/** Gateways that pass a call on at the maker's price, and names that say nothing: the model's name has to tell. */
const PASS_ON = new Set([
  "litellm",
  "vercel",
  "gateway",
  "portkey",
  "helicone",
  "langchain",
  "other",
  "_other",
  "unknown",
]);

/** Servers that people run themselves: what a call costs there is nobody's list. */
const LOCAL = new Set([
  "ollama",
  "lmstudio",
  "lm_studio",
  "lm-studio",
  "llama.cpp",
  "llamacpp",
  "llama_cpp",
  "llama-cpp",
  "node-llama-cpp",
  "llamafile",
  "localai",
  "gpt4all",
  "jan",
  "mlx",
  "vllm",
  "sglang",
  "tgi",
  "transformers",
  "webllm",
  "local",
]);

/** Whether the provider is a server that people run themselves. */
export function isLocal(provider: string | null): boolean {
  return provider !== null && LOCAL.has(provider);
}

/**
 * Makers that are told by the name of a model alone. Models with open weights are not among them: many sell them, each at
 * its own price.
 */
const MAKERS: readonly (readonly [pattern: RegExp, provider: string])[] = [
  [/^(?:[a-z-]+\.)?(?:anthropic|amazon|meta|mistral|cohere|deepseek|ai21|qwen|openai)\.[a-z]/, "aws"],
  [/^arn:aws:bedrock:/, "aws"],
  [
    /^(?:ft:)?(?:gpt-(?!oss)|chatgpt-|o\d(?:-|$)|text-embedding-(?:3|ada)|davinci|babbage|codex-|computer-use-)/,
    "openai",
  ],
  [/^claude-/, "anthropic"],
  [/^(?:gemini-|text-embedding-00|text-multilingual-embedding)/, "google"],
  [/^grok-/, "x-ai"],
  [/^(?:command-[ar]|embed-v|embed-english|embed-multilingual|rerank-)/, "cohere"],
  [/^(?:mistral-(?:large|medium|small)|codestral|magistral|devstral|pixtral-large|ministral|mistral-embed)/, "mistral"],
  [/^deepseek-(?:chat|reasoner)$/, "deepseek"],
  [/^sonar(?:-|$)/, "perplexity"],
  [/^voyage-/, "voyageai"],
];

/** A day at the end of a model's name: `-2026-01-01`, `-20260101`, `@20260101`. */
const DATE = /[-@]20\d{2}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])$/;

const found = new Map<string, ListedModel | UnpricedReason>();

/** Distinct models that one isolate remembers: names are the senders', so they must not pile up. */
const MOST_FOUND = 2_000;

/**
 * The model in the list, or why it is not there. Takes names as clients send them: with a day at the end, with a vendor
 * before a slash, as Bedrock, Vertex and Azure write them.
 * @param provider as OpenTelemetry's conventions spell it; null = not told
 */
export function findListed(model: string, provider: string | null): ListedModel | UnpricedReason {
  const key = `${provider ?? ""}\n${model}`;
  let answer = found.get(key);
  if (answer === undefined) {
    answer = search(model.trim().toLowerCase(), provider);
    if (found.size >= MOST_FOUND) found.clear();
    found.set(key, answer);
  }
  return answer;
}

function search(model: string, provider: string | null): ListedModel | UnpricedReason {
  let reason: UnpricedReason = "unknown_provider";
  for (const [seller, name] of sellers(model, provider)) {
    reason = "unknown_model";
    for (const spelling of spellings(name)) {
      const hit = probe(spelling, seller);
      if (hit !== undefined) return hit;
    }
  }
  return reason;
}

/** Who may sell the model, by the list's names, and what it is called there. */
function* sellers(model: string, provider: string | null): Generator<[seller: string, model: string]> {
  const told = provider === null || PASS_ON.has(provider) ? undefined : listName(provider);
  // `openai/gpt-4o`, or `openai:gpt-4o` as agent frameworks write it.
  const [, before, rest = ""] = /^([a-z][a-z_-]*)[/:](.+)$/.exec(model) ?? [];
  const vendor = before === undefined ? undefined : listName(before);
  if (told !== undefined) {
    yield [told, model];
    if (vendor === told) yield [told, rest];
  } else if (provider === null || PASS_ON.has(provider)) {
    if (vendor !== undefined) yield [vendor, rest];
    else {
      const maker = MAKERS.find(([pattern]) => pattern.test(bare(model)))?.[1];
      if (maker !== undefined) yield [maker, model];
    }
  }
}

function listName(provider: string): string | undefined {
  return LIST_NAMES.get(provider) ?? findProvider({ providerId: provider })?.id;
}

function* spellings(model: string): Generator<string> {
  yield model;
  const name = bare(model);
  if (name !== model) yield name;
  // A snapshot that the list has not by its day costs what its model costs: those that do not are listed by their day.
  const undated = name.replace(DATE, "");
  if (undated !== name) yield undated;
}

/** Without the path that Google puts before a name. */
function bare(model: string): string {
  return model.replace(/^(?:projects\/.*\/)?(?:publishers\/[^/]+\/)?models\//, "");
}

function probe(model: string, seller: string): ListedModel | undefined {
  try {
    const hit = calcPrice({}, model, { providerId: seller });
    if (!hit) return undefined;
    // The only model, matched by its own id: pricing a call must not search the list again.
    const only = { ...hit.model, match: { equals: hit.model.id } };
    return { provider: { ...hit.provider, models: [only] }, model: only, flat: flatPrice(hit.model) };
  } catch {
    return undefined;
  }
}

export const PRICE_KINDS = [
  "input",
  "input_audio",
  "cached_input",
  "cache_write",
  "cache_write_1h",
  "output",
  "output_audio",
  "reasoning",
] as const;

/** One line of a cost: so many tokens of a kind at a rate. */
export interface PriceLine {
  kind: (typeof PRICE_KINDS)[number];
  tokens: number;
  usd_per_mtok: number;
}

/** Rates that `linesOf` knows, and those for what no trace counts. */
const FLAT_KEYS = new Set([
  "input_mtok",
  "input_audio_mtok",
  "cache_read_mtok",
  "cache_write_mtok",
  "cache_write_1h_mtok",
  "output_mtok",
  "output_audio_mtok",
  "output_reasoning_mtok",
  "web_searches_kcount",
  "storage_searches_kcount",
]);

function flatPrice({ prices }: ModelInfo): ModelPrice | null {
  return !Array.isArray(prices) && Object.keys(prices).every((key) => FLAT_KEYS.has(key)) ? prices : null;
}

/** Whether the parts fit into their wholes and none of them overlap: what overlaps, the package has rules for. */
function isPlain(tokens: Kinds<number>): boolean {
  const { input, inputAudio, cached, written, written1h, output, outputAudio, reasoning } = tokens;
  if (inputAudio > 0 && cached + written > 0) return false;
  if (outputAudio > 0 && reasoning > 0) return false;
  return inputAudio + cached + written <= input && written1h <= written && outputAudio + reasoning <= output;
}

export interface ListPrice {
  usd: number;
  lines: PriceLine[];
}

/**
 * What a call of a listed model costs.
 * @param at when the call was made: prices change, and some hours are cheaper
 * @returns US dollars with the lines they are made of; undefined if the list has no token price for what was used
 */
export function listPrice({ provider, model, flat }: ListedModel, usage: TokenUsage, at: Date): ListPrice | undefined {
  const tokens = countsOf(usage);
  // Ten times as fast as the package, to the same result, which a test holds for every model of the list.
  if (flat !== null && isPlain(tokens)) {
    const lines = linesAt(flat, tokens);
    return lines && { usd: sumOf(lines), lines };
  }
  try {
    const result = calcPrice(
      {
        input_tokens: tokens.input,
        input_audio_tokens: tokens.inputAudio,
        cache_read_tokens: tokens.cached,
        cache_write_tokens: tokens.written,
        cache_write_1h_tokens: tokens.written1h,
        output_tokens: tokens.output,
        output_audio_tokens: tokens.outputAudio,
        output_reasoning_tokens: tokens.reasoning,
      },
      model.id,
      { provider, timestamp: at },
    );
    const lines = result && linesAt(result.model_price, tokens);
    return lines ? { usd: result.total_price, lines } : undefined;
  } catch {
    // The package throws on counts whose parts exceed the whole.
    return undefined;
  }
}

/** The lines of a price; undefined if it has no rate for what was used. */
function linesAt(price: ModelPrice, tokens: Kinds<number>): PriceLine[] | undefined {
  const rates = ratesOf(price, tokens.input);
  // Audio that the list has no rate for costs many times what text costs: not known, either.
  for (const kind of NEEDED) if (tokens[kind] > 0 && rates[kind] === undefined) return undefined;
  return linesOf(rates, tokens);
}

const NEEDED = ["input", "inputAudio", "output", "outputAudio"] as const;

/** US dollars of lines. */
export function sumOf(lines: readonly PriceLine[]): number {
  let millionths = 0;
  for (const line of lines) millionths += line.tokens * line.usd_per_mtok;
  return millionths / 1e6;
}

/** Of each kind of token, what it is a part of. Those that are whole are `input` and `output`. */
interface Kinds<T> {
  input: T;
  inputAudio: T;
  cached: T;
  written: T;
  written1h: T;
  output: T;
  outputAudio: T;
  reasoning: T;
}

/** A call's counts, where what was not reported is none. */
export function countsOf(usage: TokenUsage): Kinds<number> {
  return {
    input: usage.input ?? 0,
    inputAudio: usage.input_audio ?? 0,
    cached: usage.cached ?? 0,
    written: usage.cache_write ?? 0,
    written1h: usage.cache_write_1h ?? 0,
    output: usage.output ?? 0,
    outputAudio: usage.output_audio ?? 0,
    reasoning: usage.reasoning ?? 0,
  };
}

/** US dollars per million tokens; undefined = none of its own. */
export type Rates = Kinds<number | undefined>;

function ratesOf(price: ModelPrice, inputTokens: number): Rates {
  const rate = (key: string) => {
    const value = price[key];
    if (typeof value !== "object") return value;
    let now = value.base;
    for (const tier of value.tiers) if (inputTokens > tier.start) now = tier.price;
    return now;
  };
  return {
    input: rate("input_mtok"),
    inputAudio: rate("input_audio_mtok"),
    cached: rate("cache_read_mtok"),
    written: rate("cache_write_mtok"),
    written1h: rate("cache_write_1h_mtok"),
    output: rate("output_mtok"),
    outputAudio: rate("output_audio_mtok"),
    reasoning: rate("output_reasoning_mtok"),
  };
}

/** Splits tokens by what has a rate of its own; what has none costs what the whole costs. */
export function linesOf(rates: Rates, tokens: Kinds<number>): PriceLine[] {
  const lines: PriceLine[] = [];
  const add = (kind: PriceLine["kind"], count: number, rate: number | undefined): number => {
    if (rate === undefined || count <= 0) return 0;
    lines.push({ kind, tokens: count, usd_per_mtok: rate });
    return count;
  };
  const ofWritten = add("cache_write_1h", tokens.written1h, rates.written1h);
  const ofInput =
    add("cached_input", tokens.cached, rates.cached) +
    ofWritten +
    add("cache_write", tokens.written - ofWritten, rates.written) +
    add("input_audio", tokens.inputAudio, rates.inputAudio);
  add("input", tokens.input - ofInput, rates.input);
  const ofOutput =
    add("reasoning", tokens.reasoning, rates.reasoning) + add("output_audio", tokens.outputAudio, rates.outputAudio);
  add("output", tokens.output - ofOutput, rates.output);
  return lines;
}
