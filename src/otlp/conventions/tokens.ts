import type { AttributeValue, SpanContext, TokenUsage } from "../../events/span.ts";
import type { FactsDraft } from "./convention.ts";
import { isObject } from "./messages.ts";
import { count } from "./values.ts";

// What the counts of each source mean, all in one place. In the normal form `input` includes tokens read from and written
// to the cache, and `output` includes reasoning. Found in captured requests and in the sources' own code:
//
//   includes both           GenAI conventions (Vercel 7, Mastra, OpenLIT, Anthropic's SDK), OpenInference, Vercel 6,
//                           LangSmith (LangChain's usage_metadata), Braintrust, OpenAI's APIs
//   leaves out the cache    Anthropic's and Bedrock's APIs and who repeats them: OpenLLMetry for Anthropic, Claude Code,
//                           Vercel 5 for these two, Genkit for Anthropic
//   leaves out reasoning    Gemini's API (thoughts beside candidates), Vercel 5 and Genkit for Gemini
//   leaves out both         Langfuse: buckets that do not overlap

/** Counts as a convention found them on a span; undefined = not there. */
export interface SentUsage {
  input: number | undefined;
  cached: number | undefined;
  cacheWrite: number | undefined;
  output: number | undefined;
  reasoning: number | undefined;
  /** Whether `input` leaves out `cached` and `cacheWrite`. */
  inputLeavesOutCache: boolean;
  /** Whether `output` leaves out `reasoning`. */
  outputLeavesOutReasoning?: boolean;
  /** Of `cacheWrite`: what is kept for an hour. */
  cacheWrite1h?: number | undefined;
  /** Parts of `input` and `output`. */
  inputAudio?: number | undefined;
  outputAudio?: number | undefined;
}

/** Adds a span's counts to the draft in the normal form; what was not sent is null. Counts already there stay. */
export function addUsage(draft: FactsDraft, sent: SentUsage): void {
  const { input, cached, cacheWrite, output, reasoning } = sent;
  if (
    input === undefined &&
    output === undefined &&
    cached === undefined &&
    cacheWrite === undefined &&
    reasoning === undefined
  ) {
    return;
  }
  const ofCache = (cached ?? 0) + (cacheWrite ?? 0);
  // A part cannot be more than its whole: then the sender left it out too, whatever its convention says.
  const addCache = input !== undefined && (sent.inputLeavesOutCache || ofCache > input);
  const addReasoning =
    output !== undefined && reasoning !== undefined && (sent.outputLeavesOutReasoning === true || reasoning > output);
  const usage: TokenUsage = {
    input: input === undefined ? null : addCache ? input + ofCache : input,
    cached: cached ?? null,
    cache_write: cacheWrite ?? null,
    output: output === undefined ? null : addReasoning ? output + reasoning : output,
    reasoning: reasoning ?? null,
  };
  if (sent.cacheWrite1h) usage.cache_write_1h = sent.cacheWrite1h;
  if (sent.inputAudio) usage.input_audio = sent.inputAudio;
  if (sent.outputAudio) usage.output_audio = sent.outputAudio;
  const earlier = draft.usage;
  if (earlier === undefined) draft.usage = usage;
  else {
    earlier.input ??= usage.input;
    earlier.cached ??= usage.cached;
    earlier.cache_write ??= usage.cache_write;
    earlier.output ??= usage.output;
    earlier.reasoning ??= usage.reasoning;
    earlier.cache_write_1h ??= usage.cache_write_1h;
    earlier.input_audio ??= usage.input_audio;
    earlier.output_audio ??= usage.output_audio;
  }
}

/**
 * Whether this library's `gen_ai.usage.input_tokens` leave out the cached ones and count them beside it. The conventions
 * say that input includes them; this is the list of those that do otherwise, by scope, as found in captured requests.
 */
export function inputLeavesOutCache(context: SpanContext): boolean {
  return context.scope.name === "@traceloop/instrumentation-anthropic";
}

type Json = { [key: string]: unknown };

/** The usage object of a model provider's API: OpenAI's two, Anthropic's, Gemini's. */
export function apiUsage(usage: Json): SentUsage {
  if (usage.promptTokenCount !== undefined) {
    return {
      input: countOf(usage.promptTokenCount),
      cached: countOf(usage.cachedContentTokenCount),
      cacheWrite: undefined,
      output: countOf(usage.candidatesTokenCount),
      reasoning: countOf(usage.thoughtsTokenCount),
      inputLeavesOutCache: false,
      outputLeavesOutReasoning: true,
      inputAudio: audioTokens(usage.promptTokensDetails),
      outputAudio: audioTokens(usage.candidatesTokensDetails),
    };
  }
  const input = object(usage.prompt_tokens_details) ?? object(usage.input_tokens_details);
  const output = object(usage.completion_tokens_details) ?? object(usage.output_tokens_details);
  const read = countOf(usage.cache_read_input_tokens);
  const written = countOf(usage.cache_creation_input_tokens);
  return {
    input: countOf(usage.prompt_tokens) ?? countOf(usage.input_tokens),
    cached: countOf(input?.cached_tokens) ?? read,
    cacheWrite: countOf(input?.cache_write_tokens) ?? written,
    output: countOf(usage.completion_tokens) ?? countOf(usage.output_tokens),
    reasoning: countOf(output?.reasoning_tokens),
    // Only Anthropic has them at the top, and only beside `input_tokens`.
    inputLeavesOutCache: input === undefined && usage.prompt_tokens === undefined && (read ?? written) !== undefined,
    cacheWrite1h: countOf(object(usage.cache_creation)?.ephemeral_1h_input_tokens),
    inputAudio: countOf(input?.audio_tokens),
    outputAudio: countOf(output?.audio_tokens),
  };
}

/** Gemini counts by modality: `[{modality: "AUDIO", tokenCount}]`. */
function audioTokens(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  const audio: unknown = details.find((each) => isObject(each) && each.modality === "AUDIO");
  return isObject(audio) ? countOf(audio.tokenCount) : undefined;
}

/**
 * A framework's own counts, with what the provider's answer beside them says more. The framework repeats the answer's
 * input, or has added the cached tokens to it: comparing the two tells which.
 */
export function withApiUsage(sent: SentUsage, usage: unknown): SentUsage {
  if (!isObject(usage)) return sent;
  const api = apiUsage(usage);
  const repeats = api.input !== undefined && sent.input === api.input;
  return {
    input: sent.input ?? api.input,
    cached: sent.cached ?? api.cached,
    cacheWrite: sent.cacheWrite ?? api.cacheWrite,
    output: sent.output ?? api.output,
    reasoning: sent.reasoning ?? api.reasoning,
    cacheWrite1h: api.cacheWrite1h,
    inputAudio: api.inputAudio,
    outputAudio: api.outputAudio,
    inputLeavesOutCache: sent.input === undefined || repeats ? api.inputLeavesOutCache : false,
    outputLeavesOutReasoning:
      sent.output === undefined || sent.output === api.output ? api.outputLeavesOutReasoning === true : false,
  };
}

/** Vercel's AI SDK 5 repeats what the provider counted; 6 and later add what the provider leaves out. */
export function vercel5Usage(sent: SentUsage, provider: string): SentUsage {
  return {
    ...sent,
    inputLeavesOutCache: provider.includes("anthropic") || provider.includes("bedrock"),
    outputLeavesOutReasoning: provider.includes("google"),
  };
}

function countOf(value: unknown): number | undefined {
  return count(value as AttributeValue | undefined);
}

function object(value: unknown): Json | undefined {
  return isObject(value) ? value : undefined;
}

/**
 * Langfuse's usage: buckets of any name that do not overlap, of which those with `input` in the name add up to the input
 * (https://langfuse.com/docs/observability/features/token-and-cost-tracking). Its SDKs take cached tokens out of `input`
 * and reasoning out of `output`. A caller may also hand over OpenAI's own object, whose details are parts of the whole.
 */
export function langfuseUsage(usage: { [bucket: string]: unknown }): SentUsage {
  const sides = { input: emptySide(), output: emptySide() };
  let total: number | undefined;
  for (const [name, value] of Object.entries(usage)) {
    const tokens = countOf(value);
    if (/^total/.test(name)) total = tokens;
    else if (/input|prompt/i.test(name)) addBucket(sides.input, name, value, tokens);
    else if (/output|completion/i.test(name)) addBucket(sides.output, name, value, tokens);
  }
  const { input, output } = sides;
  // A caller who counted cached tokens in `input` gave a total without them beside it.
  const nested = total !== undefined && total === (input.base ?? 0) + (output.base ?? 0);
  return {
    input: nested ? input.base : plus(input.base, input.beside),
    cached: input.cached,
    cacheWrite: input.cacheWrite,
    output: nested ? output.base : plus(output.base, output.beside),
    reasoning: output.reasoning,
    inputLeavesOutCache: false,
    inputAudio: input.audio,
    outputAudio: output.audio,
  };
}

interface Side {
  base: number | undefined;
  /** Tokens in buckets beside the base. */
  beside: number | undefined;
  cached: number | undefined;
  cacheWrite: number | undefined;
  reasoning: number | undefined;
  audio: number | undefined;
}

function emptySide(): Side {
  return {
    base: undefined,
    beside: undefined,
    cached: undefined,
    cacheWrite: undefined,
    reasoning: undefined,
    audio: undefined,
  };
}

/** `input`, `inputTokens`, `input_tokens` and so on: the bucket that details were taken out of. */
const BASE = /^(input|prompt|output|completion)(_?tokens)?$/i;

function addBucket(side: Side, name: string, value: unknown, tokens: number | undefined): void {
  if (tokens !== undefined) {
    if (BASE.test(name)) side.base = tokens;
    else {
      side.beside = plus(side.beside, tokens);
      addDetail(side, name, tokens);
    }
  } else if (typeof value === "object" && value !== null) {
    // OpenAI's `prompt_tokens_details`: parts of what is counted already.
    for (const [detail, part] of Object.entries(value)) addDetail(side, detail, countOf(part));
  }
}

function addDetail(side: Side, name: string, tokens: number | undefined): void {
  if (/reasoning/i.test(name)) side.reasoning = plus(side.reasoning, tokens);
  else if (/cache.*(creation|write)/i.test(name)) side.cacheWrite = plus(side.cacheWrite, tokens);
  else if (/cache/i.test(name)) side.cached = plus(side.cached, tokens);
  else if (/audio/i.test(name)) side.audio = plus(side.audio, tokens);
}

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : a + b;
}
