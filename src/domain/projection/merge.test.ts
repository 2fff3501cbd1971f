import fc from "fast-check";
import { expect, test } from "vitest";
import type { SpanContext, StepKind } from "../../events/span.ts";
import { emptyDelta, foldSpans, linkOf } from "./fold.ts";
import { mergePart, type PartFacts, type RunState, startState } from "./merge.ts";
import { rowsOf, stateFrom } from "./rows.ts";

interface Given {
  parent: number | null;
  start: number;
  length: number;
  failed: boolean;
  step: StepKind;
  tokens: number | null;
  session: string | null;
}

const context: SpanContext = { resource: { "service.name": "s" }, scope: { name: "", version: "" } };
const id = (n: number) => (n + 1).toString(16).padStart(16, "0");

/** A part of one span, as ingest makes it. */
function partOf(given: Given, n: number): PartFacts {
  const span = {
    span_id: id(n),
    parent_span_id: given.parent === null ? null : id(given.parent),
    name: `span ${n}`,
    start_time_unix_nano: String(1_795_228_868_000_000_000n + BigInt(given.start)),
    end_time_unix_nano: String(1_795_228_868_000_000_000n + BigInt(given.start + given.length)),
    status: { code: given.failed ? ("error" as const) : ("ok" as const) },
    facts: {
      step: given.step,
      model: given.step === "llm" ? `model-${n % 3}` : undefined,
      session_id: given.session ?? undefined,
      usage:
        given.tokens === null
          ? undefined
          : { input: given.tokens, cached: null, cache_write: null, output: 1, reasoning: null },
    },
  };
  const delta = foldSpans(emptyDelta("trace"), [{ span, context }], () => ({ input: span.name, output: null }));
  return { delta, links: linkOf(span), last_seq: n + 1, at: 1_795_228_868_000 + n };
}

function fold(parts: readonly PartFacts[]): RunState {
  const [first, ...rest] = parts as [PartFacts, ...PartFacts[]];
  return rest.reduce(mergePart, startState(first));
}

/** The run's rows, which is what must not depend on the order (the state keeps its calls in order of arrival). */
function rows(state: RunState) {
  const { run, calls } = rowsOf("run", state);
  return { run, calls: calls.sort((a, b) => (String(a.span_id) < String(b.span_id) ? -1 : 1)) };
}

const spans = fc
  .array(
    fc.record({
      up: fc.integer({ min: 0, max: 5 }),
      start: fc.integer({ min: 0, max: 5 }),
      length: fc.integer({ min: 0, max: 9 }),
      failed: fc.boolean(),
      step: fc.constantFrom<StepKind>("llm", "tool", "agent", "span"),
      tokens: fc.option(fc.integer({ min: 0, max: 100 })),
      session: fc.option(fc.constantFrom("s1", "s2")),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((list) =>
    list.map(({ up, ...rest }, n): Given => ({ ...rest, parent: up === 0 || n - up < 0 ? null : n - up })),
  );

test("parts merged in any order make the same rows", () => {
  fc.assert(
    fc.property(
      spans.chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray([...list.keys()], { minLength: list.length })),
      ),
      ([list, order]) => {
        const parts = list.map(partOf);
        const shuffled = order.map((n) => parts[n] as PartFacts);
        expect(rows(fold(shuffled))).toEqual(rows(fold(parts)));
      },
    ),
    { numRuns: 2_000 },
  );
});

test("a state read back from its rows merges on as if it had never left", () => {
  fc.assert(
    fc.property(spans, fc.nat(), (list, at) => {
      const parts = list.map(partOf);
      const cut = (at % parts.length) + 1;
      const before = fold(parts.slice(0, cut));
      const { run, calls } = rowsOf("run", before);
      const back = stateFrom(run, calls, before.links);
      const merged = parts.slice(cut).reduce(mergePart, back);
      expect(rows(merged)).toEqual(rows(fold(parts)));
    }),
    { numRuns: 1_000 },
  );
});

test("tokens are counted at the leaves, through plain spans in between", () => {
  const list: Given[] = [
    { parent: null, start: 0, length: 9, failed: false, step: "agent", tokens: 42, session: null },
    { parent: 0, start: 1, length: 8, failed: false, step: "span", tokens: null, session: null },
    { parent: 1, start: 2, length: 7, failed: false, step: "llm", tokens: 42, session: null },
    { parent: 0, start: 3, length: 1, failed: false, step: "llm", tokens: null, session: null },
  ];
  expect(rowsOf("run", fold(list.map(partOf))).run).toMatchObject({
    input_tokens: 42,
    output_tokens: 1,
    llm_call_count: 2,
  });
});

test("links that form a circle end", () => {
  const list: Given[] = [
    { parent: 1, start: 0, length: 1, failed: false, step: "llm", tokens: 1, session: null },
    { parent: 0, start: 0, length: 1, failed: false, step: "llm", tokens: 1, session: null },
  ];
  expect(rowsOf("run", fold(list.map(partOf))).run.span_count).toBe(2);
});
