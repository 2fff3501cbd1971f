import type { AttributeValue, SpanContext, TokenUsage } from "../../events/span.ts";
import type { FactsDraft } from "./convention.ts";
import { count } from "./values.ts";

/**
 * Whether the instrumentation's input tokens leave out the cached ones and count them beside it. The conventions say that
 * input includes them; this is the list of those that do otherwise, by scope, as found in captured requests.
 */
export function inputLeavesOutCache(context: SpanContext): boolean {
  return context.scope.name === "@traceloop/instrumentation-anthropic";
}

/** Counts as a convention found them on a span; undefined = not there. */
export interface SentUsage {
  input: number | undefined;
  cached: number | undefined;
  cacheWrite: number | undefined;
  output: number | undefined;
  reasoning: number | undefined;
  /** Whether `input` leaves out `cached` and `cacheWrite`. */
  inputLeavesOutCache: boolean;
}

/** Adds a span's counts to the draft in the normal form: `input` includes cached tokens, what was not sent is null. */
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
  const add = input !== undefined && (sent.inputLeavesOutCache || ofCache > input);
  const usage: TokenUsage = {
    input: input === undefined ? null : add ? input + ofCache : input,
    cached: cached ?? null,
    cache_write: cacheWrite ?? null,
    output: output ?? null,
    reasoning: reasoning ?? null,
  };
  const earlier = draft.usage;
  if (earlier === undefined) draft.usage = usage;
  else {
    earlier.input ??= usage.input;
    earlier.cached ??= usage.cached;
    earlier.cache_write ??= usage.cache_write;
    earlier.output ??= usage.output;
    earlier.reasoning ??= usage.reasoning;
  }
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
    const tokens = count(value as AttributeValue);
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
  };
}

interface Side {
  base: number | undefined;
  /** Tokens in buckets beside the base. */
  beside: number | undefined;
  cached: number | undefined;
  cacheWrite: number | undefined;
  reasoning: number | undefined;
}

function emptySide(): Side {
  return { base: undefined, beside: undefined, cached: undefined, cacheWrite: undefined, reasoning: undefined };
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
    for (const [detail, part] of Object.entries(value)) addDetail(side, detail, count(part as AttributeValue));
  }
}

function addDetail(side: Side, name: string, tokens: number | undefined): void {
  if (/reasoning/i.test(name)) side.reasoning = plus(side.reasoning, tokens);
  else if (/cache.*(creation|write)/i.test(name)) side.cacheWrite = plus(side.cacheWrite, tokens);
  else if (/cache/i.test(name)) side.cached = plus(side.cached, tokens);
}

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : a + b;
}
