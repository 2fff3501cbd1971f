import fc from "fast-check";
import { expect, test } from "vitest";
import { NO_SPAN, recordMark } from "../../events/delta.ts";
import { linkOf } from "../../events/links.ts";
import type { CallCost, SpanContext, StepKind } from "../../events/span.ts";
import { runFromRow } from "../runs/run-from-row.ts";
import { groupCalls, readCalls } from "./calls.ts";
import { emptyDelta, foldRecord, foldSpans } from "./fold.ts";
import { foldPlainEvent } from "./fold-event.ts";
import { mergePart, type PartFacts, type RunState, startState } from "./merge.ts";
import { rowOf, stateFrom } from "./rows.ts";

interface Given {
  parent: number | null;
  start: number;
  length: number;
  failed: boolean;
  step: StepKind;
  tokens: number | null;
  session: string | null;
  cost: CallCost;
  name: string;
}

const PRICED: Pick<Given, "cost" | "name"> = { cost: { nano_usd: 7, version: "list" }, name: "a" };
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
      agent_name: given.name,
      tool_name: given.step === "tool" ? given.name : undefined,
      metadata: { from: n },
      cost: given.cost,
      client_cost_nano_usd: n,
      usage:
        given.tokens === null
          ? undefined
          : { input: given.tokens, cached: null, cache_write: null, output: 1, reasoning: null },
    },
  };
  const delta = foldSpans(emptyDelta("trace"), [{ span, context }], () => ({ input: span.name, output: null }));
  return { delta, links: linkOf(span), last_seq: n + 1, at: 1_795_228_868_000 + n };
}

/** A part of one log record of a span. */
function recordPartOf(n: number): PartFacts {
  const delta = emptyDelta("trace");
  const record = { time_unix_nano: String(1_795_228_868_000_000_000n + BigInt(n % 3)), span_id: id(n) };
  foldRecord(delta, record, { input: `asked ${n}`, output: `said ${n}` }, n);
  const links = `f${id(n).slice(1)}${recordMark(id(n))}`;
  return { delta, links, last_seq: 100 + n, at: 1_795_228_868_000 + n };
}

/** A part of one event that an application wrote. */
function plainPartOf(given: Given, n: number): PartFacts {
  const delta = emptyDelta("agent");
  const time = String(1_795_228_868_000_000_000n + BigInt(given.start));
  const types = [
    "RUN_STARTED",
    "TOOL_CALL_START",
    "RUN_FINISHED",
    "RUN_ERROR",
    "RUN_CANCELLED",
    "CUSTOM",
    "NOTE_ADDED",
    "SCORE_ADDED",
  ];
  const data = {
    name: `run ${n}`,
    kind: n % 2 === 0 ? "reasoning" : "agent",
    session_id: given.session,
    parentRunId: `parent ${n % 3}`,
    tags: [given.name],
    toolCallName: given.name,
    result: `result ${n}`,
    metadata: { from: n },
  };
  foldPlainEvent(delta, { type: types[given.length % types.length] as string, time, data });
  return { delta, links: `e${id(n).slice(1)}${NO_SPAN}`, last_seq: 200 + n, at: 1_795_228_868_000 + n };
}

/** Each span's part, and beside every second one a log record or an event of the application. */
function partsOf(list: readonly Given[]): PartFacts[] {
  return list.flatMap((given, n) => {
    const more = n % 4 === 0 ? recordPartOf(n) : n % 4 === 2 ? plainPartOf(given, n) : null;
    return more === null ? [partOf(given, n)] : [partOf(given, n), more];
  });
}

function fold(parts: readonly PartFacts[]): RunState {
  const [first, ...rest] = parts as [PartFacts, ...PartFacts[]];
  return rest.reduce(mergePart, startState(first));
}

/** The run's row and calls, which must not depend on the order (the state keeps its calls in order of arrival). */
function rows(state: RunState) {
  const { run, counted } = rowOf("run", state);
  const calls = state.calls.map((call) => ({ call, counted: counted.has(call.span_id) }));
  return { run, calls: calls.sort((a, b) => (a.call.span_id < b.call.span_id ? -1 : 1)) };
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
      name: fc.constantFrom("a", "b", "c"),
      cost: fc.constantFrom<CallCost>(
        { nano_usd: 12, version: "list" },
        { nano_usd: 30, version: "project@1" },
        { nano_usd: null, reason: "no_usage" },
        { nano_usd: null, reason: "unknown_model" },
        { nano_usd: null, reason: "refused" },
      ),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((list) =>
    list.map(({ up, ...rest }, n): Given => ({ ...rest, parent: up === 0 || n - up < 0 ? null : n - up })),
  );

test("parts merged in any order make the same rows", () => {
  fc.assert(
    fc.property(
      spans
        .map(partsOf)
        .chain((parts) => fc.tuple(fc.constant(parts), fc.shuffledSubarray(parts, { minLength: parts.length }))),
      ([parts, shuffled]) => {
        expect(rows(fold(shuffled))).toEqual(rows(fold(parts)));
      },
    ),
    { numRuns: 2_000 },
  );
});

test("a state read back from its rows merges on as if it had never left", () => {
  fc.assert(
    fc.property(spans, fc.nat(), (list, at) => {
      const parts = partsOf(list);
      const cut = (at % parts.length) + 1;
      const before = fold(parts.slice(0, cut));
      const { run, counted } = rowOf("run", before);
      const groups = groupCalls(before.calls, counted);
      const calls = readCalls(groups && JSON.stringify(groups));
      expect(
        calls
          .filter((each) => each.counted)
          .map(({ call }) => call.span_id)
          .sort(),
      ).toEqual([...counted].sort());
      const back = stateFrom(
        run,
        calls.map(({ call }) => call),
        before.links,
      );
      const merged = parts.slice(cut).reduce(mergePart, back);
      expect(rows(merged)).toEqual(rows(fold(parts)));
    }),
    { numRuns: 1_000 },
  );
});

test("tokens are counted at the leaves, through plain spans in between", () => {
  const list: Given[] = [
    { parent: null, start: 0, length: 9, failed: false, step: "agent", tokens: 42, session: null, ...PRICED },
    { parent: 0, start: 1, length: 8, failed: false, step: "span", tokens: null, session: null, ...PRICED },
    { parent: 1, start: 2, length: 7, failed: false, step: "llm", tokens: 42, session: null, ...PRICED },
    { parent: 0, start: 3, length: 1, failed: false, step: "llm", tokens: null, session: null, ...PRICED },
  ];
  expect(rowOf("run", fold(list.map(partOf))).run).toMatchObject({
    input_tokens: 42,
    output_tokens: 1,
    llm_call_count: 2,
  });
});

test("links that form a circle end", () => {
  const list: Given[] = [
    { parent: 1, start: 0, length: 1, failed: false, step: "llm", tokens: 1, session: null, ...PRICED },
    { parent: 0, start: 0, length: 1, failed: false, step: "llm", tokens: 1, session: null, ...PRICED },
  ];
  expect(rowOf("run", fold(list.map(partOf))).run.span_count).toBe(2);
});

const call = (parent: number | null, cost: CallCost): Given => ({
  parent,
  start: 0,
  length: 1,
  failed: false,
  step: "llm",
  tokens: 5,
  session: null,
  name: "a",
  cost,
});

test("costs add up at the leaves and keep the version; a wrapper's own is not counted", () => {
  const list = [call(null, { nano_usd: 100, version: "v" }), call(0, { nano_usd: 100, version: "v" })];
  list.push(call(0, { nano_usd: 20, version: "w" }));
  const { run } = rowOf("run", fold(list.map(partOf)));
  expect(run).toMatchObject({ cost_nano_usd: 120, price_version: "v, w", llm_call_count: 2 });
  expect(JSON.parse(String(run.details))).toMatchObject({ known_cost_nano_usd: 120, unpriced: {} });
});

test("one unknown cost makes the sum unknown, and the known part and the reasons are kept", () => {
  const list = [
    call(null, { nano_usd: 100, version: "v" }),
    call(null, { nano_usd: null, reason: "unknown_model" }),
    call(null, { nano_usd: null, reason: "no_usage" }),
    call(null, { nano_usd: null, reason: "unknown_model" }),
  ];
  const { run } = rowOf("run", fold(list.map(partOf)));
  expect(run.cost_nano_usd).toBeNull();
  expect(JSON.parse(String(run.details))).toMatchObject({
    known_cost_nano_usd: 100,
    unpriced: { no_usage: 1, unknown_model: 2 },
  });
});

test("a call that the provider refused leaves the sum whole", () => {
  const list = [call(null, { nano_usd: 100, version: "v" }), call(null, { nano_usd: null, reason: "refused" })];
  const { run } = rowOf("run", fold(list.map(partOf)));
  expect(run.cost_nano_usd).toBe(100);
  expect(JSON.parse(String(run.details))).toMatchObject({ unpriced: { refused: 1 } });
});

test("records of a span add events, the first question and the last answer, and their own cost once each", () => {
  const { run } = rowOf("run", fold([recordPartOf(1), recordPartOf(5), recordPartOf(3)]));
  expect(run).toMatchObject({
    event_count: 3,
    span_count: 0,
    input_preview: "asked 3",
    output_preview: "said 5",
    started_ns: expect.any(String),
  });
  expect(JSON.parse(String(run.details))).toMatchObject({ logged_cost_nano_usd: 9 });
});

/** A year after the run: a note, a score or a finding in a part of its own. */
function aboutPartOf(type: string, n: number): PartFacts {
  const delta = emptyDelta("trace");
  const data = {
    text: "look",
    name: "RUN",
    reason: "r",
    monitor: "quality",
    severity: "high",
    result: "x",
    tags: ["t"],
  };
  foldPlainEvent(delta, { type, time: "1826764868000000000", data });
  return { delta, links: `d${id(n).slice(1)}${NO_SPAN}`, last_seq: 300 + n, at: 1_826_764_868_000 + n };
}

test.each(["NOTE_ADDED", "SCORE_ADDED", "MONITOR_FLAGGED"])(
  "%s counts as an event and moves nothing else of its run, wherever it comes in between",
  (type) => {
    const parts = [call(null, PRICED.cost), call(0, PRICED.cost)].map(partOf);
    const plain = rows(fold(parts));
    const details = { ...JSON.parse(String(plain.run.details)), about_count: 2 };
    const about = [aboutPartOf(type, 0), aboutPartOf(type, 1)];
    const expected = {
      ...plain,
      run: { ...plain.run, event_count: 4, last_seq: 301, details: expect.any(String) },
    };
    for (const list of [
      [...parts, ...about],
      [...about, ...parts],
      [about[0], parts[0], about[1], parts[1]] as PartFacts[],
    ]) {
      const merged = rows(fold(list));
      expect(merged).toEqual(expected);
      expect(JSON.parse(String(merged.run.details))).toEqual(details);
    }
  },
);

test("a run that is silent stays stalled and gets over, whatever is said about it", () => {
  const started = emptyDelta("agent");
  foldPlainEvent(started, { type: "RUN_STARTED", time: "1795228868000000000", data: { name: "desk" } });
  const parts: PartFacts[] = [
    { delta: started, links: "", last_seq: 1, at: 1_795_228_868_000 },
    aboutPartOf("NOTE_ADDED", 0),
  ];
  const { run } = rowOf("run", fold(parts));
  const patience = { stall_after_minutes: 2 };
  const at = (minutes: number) => {
    const { status, stalled } = runFromRow(run, 1_795_228_868_000 + minutes * 60_000, patience);
    return { status, stalled };
  };
  expect([at(1), at(5), at(525_600)]).toEqual([
    { status: "running", stalled: false },
    { status: "running", stalled: true },
    { status: "success", stalled: false },
  ]);
});

test("a run of which only something was said has the time at which that came in", () => {
  const { run } = rowOf("run", fold([aboutPartOf("NOTE_ADDED", 0), aboutPartOf("SCORE_ADDED", 1)]));
  expect(run).toMatchObject({ seen_at: 1_826_764_868_001, started_ns: "1826764868000000000", ended_ns: null });
});
