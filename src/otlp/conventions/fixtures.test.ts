import { describe, expect, test } from "vitest";
import { type ExpectedTrace, loadSet, traceRequests } from "../../../test/fixtures/load.ts";
import type { Span, SpanFacts } from "../../events/span.ts";
import { decodeTraces } from "../decode/index.ts";
import type { SpanContent } from "../model.ts";
import { isBookkeeping, readContent, readFacts } from "./index.ts";

/**
 * The sets whose every field these conventions can tell. The others speak a framework's own names too; they join the list
 * with its convention. In `vercel-ai7` an embedding's wrapper says the same operation as the call inside.
 */
const SETS = [
  "otel-json-plain",
  "otel-json-gzip",
  "otel-proto-plain",
  "otel-proto-gzip",
  "otel-instr-openai",
  "otlp-spec-examples",
  "langfuse",
  "logfire",
  "openinference-anthropic",
  "openinference-langgraph",
  "openinference-mcp",
  "openinference-openai",
  "openinference-openai-json",
  "openlit",
  "traceloop",
  "traceloop-old",
  "vercel-ai7",
];

interface Understood {
  span: Span;
  facts: SpanFacts;
  content: SpanContent;
}

function understand(name: string): Understood[] {
  return traceRequests(name).flatMap(({ type, body }) =>
    decodeTraces(type, body).groups.flatMap(({ context, spans }) =>
      spans
        .filter((span) => !isBookkeeping(span))
        .map((span) => ({ span, facts: readFacts(span, context), content: readContent(span, context) })),
    ),
  );
}

const failed = ({ span, facts }: Understood) => span.status.code === "error" || facts.error !== undefined;

/** The first span that knows it, the root before all others. */
function ofRun<K extends keyof SpanFacts>(spans: Understood[], key: K): SpanFacts[K] | null {
  const rootFirst = spans.toSorted(
    (a, b) => Number(a.span.parent_span_id !== null) - Number(b.span.parent_span_id !== null),
  );
  return rootFirst.find(({ facts }) => facts[key] !== undefined)?.facts[key] ?? null;
}

/** What was read of a trace, in the form of expected.json. */
function summary(expected: ExpectedTrace, all: Understood[]) {
  const spans = all.filter(({ span }) => span.trace_id === expected.trace_id);
  return {
    session_id: ofRun(spans, "session_id"),
    user_id: ofRun(spans, "user_id"),
    tags: [...new Set(spans.flatMap(({ facts }) => facts.tags ?? []))],
    tool_calls: spans.filter(({ facts }) => facts.step === "tool").length,
    errors: spans.filter(failed).length,
    llm_calls: expected.llm_calls.map((call) => {
      const ids = [call.span_id, ...(call.alt_span_ids ?? [])];
      // Where two spans tell of one call, one may have the counts and the other the messages.
      const tellers = spans.filter(({ span }) => ids.includes(span.span_id));
      const teller = tellers.find(({ span }) => span.span_id === call.span_id);
      const { facts } = teller ?? { facts: undefined };
      const inLogs = call.messages_in_logs ?? false;
      return {
        is_call: facts?.step === "llm" || facts?.step === "embedding",
        operation: facts?.operation,
        model: facts?.model ?? null,
        provider: facts?.provider ?? null,
        input_tokens: facts?.usage?.input ?? null,
        cached_input_tokens: facts?.usage?.cached ?? null,
        cache_write_tokens: facts?.usage?.cache_write ?? null,
        output_tokens: facts?.usage?.output ?? null,
        reasoning_tokens: facts?.usage?.reasoning ?? null,
        has_input: inLogs || tellers.some(({ content }) => content.input !== null),
        has_output: inLogs ? call.has_output : tellers.some(({ content }) => content.output !== null),
        error: teller !== undefined && failed(teller),
      };
    }),
  };
}

function expectedSummary(expected: ExpectedTrace): ReturnType<typeof summary> {
  const { session_id, user_id, tags, tool_calls, errors } = expected;
  return {
    session_id,
    user_id,
    tags,
    tool_calls,
    errors,
    llm_calls: expected.llm_calls.map((call) => ({
      is_call: true,
      operation: call.operation,
      model: call.model,
      provider: call.provider,
      input_tokens: call.input_tokens,
      cached_input_tokens: call.cached_input_tokens,
      cache_write_tokens: call.cache_write_tokens,
      output_tokens: call.output_tokens,
      reasoning_tokens: call.reasoning_tokens,
      has_input: call.has_input,
      has_output: call.has_output,
      error: call.error,
    })),
  };
}

describe("every call, session, user, tag, tool and error of a captured client is read", () => {
  test.each(SETS)("%s", (name) => {
    const all = understand(name);
    for (const trace of loadSet(name).expected.traces) expect(summary(trace, all)).toEqual(expectedSummary(trace));
  });
});

describe("nothing but the calls is taken for one", () => {
  test.each(SETS.filter((name) => name !== "vercel-ai7"))("%s", (name) => {
    const calls = loadSet(name).expected.traces.flatMap((trace) =>
      trace.llm_calls.flatMap((call) => [call.span_id, ...(call.alt_span_ids ?? [])]),
    );
    const read = understand(name).filter(({ facts }) => facts.step === "llm" || facts.step === "embedding");
    expect(read.map(({ span }) => span.span_id).sort()).toEqual(calls.sort());
  });
});

test("one call to Anthropic has the same counts, whichever client told of it", () => {
  const usages = ["openinference-anthropic", "traceloop", "vercel-ai7"].flatMap((name) =>
    understand(name)
      .filter(({ facts }) => facts.step === "llm" && facts.provider === "anthropic" && facts.usage !== undefined)
      .map(({ facts }) => facts.usage),
  );
  expect(usages.length).toBeGreaterThan(8);
  for (const usage of usages)
    expect(usage).toEqual({ input: 66, cached: 16, cache_write: 8, output: 12, reasoning: null });
});
