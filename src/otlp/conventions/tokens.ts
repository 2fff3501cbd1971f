import type { SpanContext, TokenUsage } from "../../events/span.ts";
import type { FactsDraft } from "./convention.ts";

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
