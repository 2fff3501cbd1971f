import { describe, expect, test } from "vitest";
import {
  type ExpectedCall,
  type ExpectedTrace,
  loadSet,
  setNames,
  traceRequests,
} from "../../../test/fixtures/load.ts";
import { emptyDelta, foldSpans } from "../../domain/projection/fold.ts";
import { mergePart, type RunState, startState, sumCalls } from "../../domain/projection/merge.ts";
import type { CallFact } from "../../events/delta.ts";
import { linkOf } from "../../events/links.ts";
import type { Span, SpanContext, SpanFacts } from "../../events/span.ts";
import { decodeTraces } from "../decode/index.ts";
import type { SpanContent } from "../model.ts";
import { isBookkeeping, readContent, readFacts } from "./index.ts";

const SETS = setNames();

interface Understood {
  span: Span & { facts: SpanFacts };
  context: SpanContext;
}

function understand(name: string): Understood[] {
  return traceRequests(name).flatMap(({ type, body }) =>
    decodeTraces(type, body).groups.flatMap(({ context, spans }) =>
      spans
        .filter((span) => !isBookkeeping(span))
        .map((span) => ({ span: { ...span, facts: readFacts(span, context) }, context })),
    ),
  );
}

/** The run as the product would show it, from these parts of it in this order. */
function runOf(parts: Understood[][]) {
  let state: RunState | undefined;
  for (const [seq, items] of parts.entries()) {
    const delta = foldSpans(emptyDelta("trace"), items, () => ({ input: null, output: null }));
    const part = { delta, links: items.map(({ span }) => linkOf(span)).join(""), last_seq: seq, at: 0 };
    state = state === undefined ? startState(part) : mergePart(state, part);
  }
  if (state === undefined) throw new Error("no parts");
  const sums = sumCalls(state.calls, state.links);
  const run = {
    name: state.head?.value.name ?? null,
    span_count: state.span_count,
    error_count: state.error_count,
    session_id: state.session?.value ?? null,
    user_id: state.user?.value ?? null,
    tags: state.tags,
    tool_call_count: state.tool_call_count,
    llm_call_count: sums.llm_call_count,
    input_tokens: sums.input_tokens ?? 0,
    output_tokens: sums.output_tokens ?? 0,
  };
  return { run, calls: state.calls.filter((call) => sums.counted.has(call.span_id)) };
}

type Run = ReturnType<typeof runOf>["run"];

function expectedRun(expected: ExpectedTrace, run: Run, calls: ExpectedCall[]): Run {
  const sum = (key: "input_tokens" | "output_tokens") => calls.reduce((total, call) => total + (call[key] ?? 0), 0);
  const want: Run = {
    name: expected.name,
    span_count: expected.spans,
    error_count: expected.errors,
    session_id: expected.session_id,
    user_id: expected.user_id,
    tags: expected.tags,
    tool_call_count: expected.tool_calls,
    llm_call_count: calls.length,
    input_tokens: sum("input_tokens"),
    output_tokens: sum("output_tokens"),
  };
  return { ...want, ...acceptable(expected.also_ok, run) };
}

/** The fields of `got` whose value is as right as the expected one. */
function acceptable<T extends object>(alsoOk: { [field: string]: unknown[] } | undefined, got: T): Partial<T> {
  const entries = Object.entries(got).filter(([field, value]) => alsoOk?.[field]?.includes(value));
  return Object.fromEntries(entries) as Partial<T>;
}

function callSummary(call: CallFact) {
  return {
    operation: call.operation,
    model: call.model,
    provider: call.provider,
    input_tokens: call.usage?.input ?? null,
    cached_input_tokens: call.usage?.cached ?? null,
    cache_write_tokens: call.usage?.cache_write ?? null,
    output_tokens: call.usage?.output ?? null,
    reasoning_tokens: call.usage?.reasoning ?? null,
    error: call.status === "error",
  };
}

function expectedCall(call: ExpectedCall, got: object): ReturnType<typeof callSummary> {
  const { operation, model, provider, input_tokens, cached_input_tokens, cache_write_tokens } = call;
  const { output_tokens, reasoning_tokens, error } = call;
  return {
    operation,
    model,
    provider,
    input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    output_tokens,
    reasoning_tokens,
    error,
    ...acceptable(call.also_ok, got),
  };
}

const idsOf = (call: ExpectedCall) => [call.span_id, ...(call.alt_span_ids ?? [])];

function ofTrace(name: string): [ExpectedTrace, Understood[]][] {
  const all = understand(name);
  return loadSet(name).expected.traces.map((trace) => [
    trace,
    all.filter(({ span }) => span.trace_id === trace.trace_id),
  ]);
}

describe("every run of a captured client is what its expected values say", () => {
  test.each(SETS)("%s", (name) => {
    for (const [expected, spans] of ofTrace(name)) {
      const { run, calls } = runOf([spans]);
      const wanted = expected.llm_calls.filter(
        (call) => !call.optional || calls.some(({ span_id }) => idsOf(call).includes(span_id)),
      );
      expect(run).toEqual(expectedRun(expected, run, wanted));
      for (const want of wanted) {
        const call = calls.find(({ span_id }) => idsOf(want).includes(span_id));
        const got = call === undefined ? undefined : callSummary(call);
        expect(got).toEqual(expectedCall(want, got ?? {}));
      }
    }
  });
});

describe("a run is the same whatever way its spans come", () => {
  test.each(SETS)("%s", (name) => {
    for (const [, spans] of ofTrace(name)) {
      const whole = runOf([spans]).run;
      expect(runOf([spans.toReversed()]).run).toEqual(whole);
      expect(runOf(spans.map((span) => [span])).run).toEqual(whole);
      expect(runOf(spans.toReversed().map((span) => [span])).run).toEqual(whole);
    }
  });

  test.each(SETS)("%s, read twice", (name) => {
    expect(understand(name)).toEqual(understand(name));
  });
});

/** Where the expected values leave out what the set has: what was embedded is in attributes that Vercel adds on demand. */
const MORE_CONTENT = "vercel-ai7-supplemental";

describe("the messages of a call are found where a client sent them", () => {
  test.each(SETS)("%s", (name) => {
    for (const [expected, spans] of ofTrace(name)) {
      for (const call of expected.llm_calls) {
        if (call.messages_in_logs || (name === MORE_CONTENT && call.operation === "embeddings")) continue;
        // Where two spans tell of one call, one may have the counts and the other the messages.
        const content = spans
          .filter(({ span }) => idsOf(call).includes(span.span_id))
          .map(({ span, context }): SpanContent => readContent(span, context));
        expect({
          has_input: content.some(({ input }) => input !== null),
          has_output: content.some(({ output }) => output !== null),
        }).toEqual({ has_input: call.has_input, has_output: call.has_output });
      }
    }
  });
});

test("one call to Anthropic has the same counts, whichever client told of it", () => {
  const usages = ["openinference-anthropic", "traceloop", "vercel-ai7", "claude-code"].flatMap((name) =>
    understand(name)
      .map(({ span }) => span.facts)
      .filter(({ step, provider, usage }) => step === "llm" && provider === "anthropic" && usage !== undefined)
      .map(({ usage }) => usage),
  );
  expect(usages.length).toBeGreaterThan(10);
  for (const usage of usages)
    expect(usage).toEqual({ input: 66, cached: 16, cache_write: 8, output: 12, reasoning: null });
});
