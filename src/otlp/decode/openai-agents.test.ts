import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadSet } from "../../../test/fixtures/load.ts";
import { emptyDelta, foldSpans } from "../../domain/projection/fold.ts";
import { sumCalls } from "../../domain/projection/merge.ts";
import { AppError } from "../../errors.ts";
import { linkOf } from "../../events/links.ts";
import type { Span } from "../../events/span.ts";
import { readContent, readFacts } from "../conventions/index.ts";
import { decodeOpenAiAgents } from "./openai-agents.ts";

const encode = (body: unknown) => new TextEncoder().encode(JSON.stringify(body));

const TRACE_ID = "ef2d0c47bf7e437f9c3cdee74fe3330a";
const trace = {
  object: "trace",
  id: `trace_${TRACE_ID}`,
  workflow_name: "w",
  group_id: "g",
  metadata: { user_id: "u" },
};

/** A span with this data: the n-th of the trace, `parent` the number of its parent. */
function spanOf(n: number, parent: number | null, span_data: object, more: object = {}) {
  const id = (of: number) => `span_${String(of).padEnd(24, "a")}`;
  return {
    object: "trace.span",
    id: id(n),
    trace_id: trace.id,
    parent_id: parent === null ? null : id(parent),
    started_at: `2026-11-21T02:21:4${n}.500Z`,
    ended_at: `2026-11-21T02:21:4${n}.750Z`,
    span_data,
    error: null,
    ...more,
  };
}

function spansOf(...data: object[]): Span[] {
  return decodeOpenAiAgents(encode({ data })).groups.flatMap(({ spans }) => spans);
}

const facts = (span: Span | undefined) => readFacts(span as Span, { resource: {}, scope: { name: "", version: "" } });

const USAGE = { input_tokens: 42, output_tokens: 12, cached_input_tokens: 16, cache_write_input_tokens: 0 };
const turn = (usage?: object) => ({ type: "custom", name: "turn", data: { sdk_span_type: "turn", turn: 1, usage } });
const counted = { input: 42, cached: 16, cache_write: 0, output: 12, reasoning: null };

test("the captured request is one run with its calls, session and user", () => {
  const [request] = loadSet("openai-agents-native").requests;
  const { groups, rejected } = decodeOpenAiAgents(request?.body as Uint8Array);
  expect(rejected).toBe(0);
  const items = groups.flatMap(({ context, spans }) =>
    spans.map((span) => ({ span: { ...span, facts: readFacts(span, context) }, context })),
  );
  const delta = foldSpans(emptyDelta("trace"), items, () => ({ input: null, output: null }));
  const sums = sumCalls(delta.calls, [items.map(({ span }) => linkOf(span)).join("")]);
  expect({
    trace_ids: [...new Set(items.map(({ span }) => span.trace_id))],
    name: delta.head?.value.name,
    spans: delta.span_count,
    session: delta.session?.value,
    user: delta.user?.value,
    outcome: delta.outcome,
    tools: delta.tool_call_count,
    calls: sums.llm_call_count,
    input: sums.input_tokens,
    cached: sums.cached_input_tokens,
    output: sums.output_tokens,
    providers: sums.providers,
  }).toEqual({
    trace_ids: [TRACE_ID],
    name: "weather-workflow",
    spans: 12,
    session: "sess-1",
    user: "user-1",
    outcome: 2,
    tools: 1,
    calls: 3,
    input: 84,
    cached: 32,
    output: 24,
    providers: ["openai"],
  });
});

describe("ids", () => {
  test("the SDK's own keep their first digits", () => {
    const [first] = spansOf(spanOf(1, 2, { type: "agent", name: "a" }));
    expect(first).toMatchObject({
      trace_id: TRACE_ID,
      span_id: "1aaaaaaaaaaaaaaa",
      parent_span_id: "2aaaaaaaaaaaaaaa",
    });
  });

  test.each(["mine", "trace_", "0", `trace_${"0".repeat(32)}`, "trace_12345678", "🎉"])("%j is hashed", (id) => {
    const [one] = spansOf({ ...spanOf(1, null, {}), trace_id: id });
    const [again] = spansOf({ ...spanOf(2, null, {}), trace_id: id });
    expect(one?.trace_id).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(again?.trace_id).toBe(one?.trace_id);
  });

  test("any text gives ids of OTLP's length, different texts different ones", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 50 }), (ids) => {
        const read = ids.map(
          (id) => spansOf({ ...spanOf(1, null, {}), trace_id: `x-${id}`, id: `x-${id}` })[0] as Span,
        );
        for (const span of read) {
          expect(span.trace_id).toMatch(/^[0-9a-f]{32}$/);
          expect(span.span_id).toMatch(/^[0-9a-f]{16}$/);
        }
        expect(new Set(read.map(({ trace_id }) => trace_id)).size).toBe(ids.length);
      }),
    );
  });
});

describe("a trace", () => {
  test("is the parent of the spans that have none, as long as they and failed if the last of them did", () => {
    const [root, first, second] = spansOf(
      trace,
      spanOf(1, null, { type: "agent", name: "a" }, { error: { message: "no" } }),
      spanOf(2, null, { type: "agent", name: "b" }),
    );
    expect(root).toMatchObject({
      parent_span_id: null,
      name: "w",
      start_time_unix_nano: first?.start_time_unix_nano,
      end_time_unix_nano: second?.end_time_unix_nano,
      status: { code: "unset" },
    });
    expect([first?.parent_span_id, second?.parent_span_id]).toEqual([root?.span_id, root?.span_id]);
    expect(facts(root)).toEqual({ step: "chain", operation: "invoke_workflow", session_id: "g", user_id: "u" });
  });

  test("that came alone has no times, and later spans stay roots", () => {
    const [alone] = spansOf(trace);
    expect(alone).toMatchObject({ parent_span_id: null, start_time_unix_nano: "0", end_time_unix_nano: "0" });
    const [later] = spansOf(spanOf(1, null, { type: "agent", name: "a" }));
    expect(later?.parent_span_id).toBeNull();
  });

  test("takes no span of another trace", () => {
    const [, other] = spansOf(trace, { ...spanOf(1, null, {}), trace_id: "trace_other" });
    expect(other?.parent_span_id).toBeNull();
  });
});

describe("the usage of a turn", () => {
  test("goes to the one call in it", () => {
    const [call, around] = spansOf(spanOf(1, 2, { type: "response" }), spanOf(2, null, turn(USAGE)));
    expect(call?.parent_span_id).toBe(around?.span_id);
    expect(facts(call).usage).toEqual(counted);
    expect(facts(around).usage).toBeUndefined();
  });

  test.each<[string, object[]]>([
    ["none is here", []],
    ["one has its own", [{ type: "generation", model: "m", usage: { input_tokens: 1, output_tokens: 1 } }]],
    ["there are two", [{ type: "response" }, { type: "response" }]],
  ])("stays where it is if %s", (_, calls) => {
    const spans = spansOf(...calls.map((data, n) => spanOf(n + 3, 2, data)), spanOf(2, null, turn(USAGE)));
    expect(facts(spans.at(-1)).usage).toEqual(counted);
  });
});

describe("what a span is", () => {
  test.each<[object, string, object]>([
    [{ type: "agent", name: "a" }, "a", { step: "agent", operation: "invoke_agent", agent_name: "a" }],
    [{ type: "function", name: "f" }, "f", { step: "tool", operation: "execute_tool", tool_name: "f" }],
    [{ type: "handoff", from_agent: "a", to_agent: "b" }, "handoff to b", { step: "chain" }],
    [{ type: "guardrail", name: "g", triggered: true }, "g", { step: "guardrail" }],
    [{ type: "mcp_tools", server: "s" }, "mcp_tools", { step: "span" }],
    [{ type: "custom", name: "c", data: { x: 1 } }, "c", { step: "span" }],
    [{ type: "response" }, "response", { step: "llm", operation: "chat", provider: "openai" }],
    [{ type: "transcription", model: "m" }, "m", { step: "llm", operation: "transcription", model: "m" }],
    [turn(), "turn 1", { step: "chain", operation: "agent_step" }],
    [{}, "custom", { step: "span" }],
  ])("%j", (data, name, expected) => {
    const [span] = spansOf(spanOf(1, null, data));
    expect(span?.name).toBe(name);
    expect(facts(span)).toEqual(expected);
    expect(span?.attributes["openai_agents.span_data"]).toEqual(JSON.parse(JSON.stringify(data)));
  });

  test("a generation has its messages, whether as messages or as the API's response", () => {
    const usage = {
      input_tokens: 42,
      output_tokens: 12,
      details: { prompt_tokens_details: { cached_tokens: 16 }, completion_tokens_details: { reasoning_tokens: 5 } },
    };
    const answer = { role: "assistant", content: "Sunny" };
    const data = { type: "generation", model: "m", input: [{ role: "user", content: "Weather?" }], usage };
    const said = { role: "assistant", parts: [{ type: "text", text: "Sunny" }] };
    for (const output of [[answer], [{ choices: [{ index: 0, message: answer }] }]]) {
      const [span] = spansOf(spanOf(1, null, { ...data, output }));
      expect(facts(span)).toMatchObject({
        step: "llm",
        model: "m",
        usage: { input: 42, cached: 16, cache_write: null, output: 12, reasoning: 5 },
      });
      expect(readContent(span as Span, { resource: {}, scope: { name: "", version: "" } })).toEqual({
        input: [{ role: "user", parts: [{ type: "text", text: "Weather?" }] }],
        output: [said],
      });
    }
  });
});

describe("what cannot be read", () => {
  test.each<[string, Uint8Array]>([
    ["no JSON", new TextEncoder().encode("{")],
    ["no object", encode([])],
    ["no list", encode({ data: {} })],
  ])("%s refuses the body", (_, body) => {
    expect(() => decodeOpenAiAgents(body)).toThrow(expect.objectContaining({ code: "undecodable_body" }));
  });

  test("nothing is nothing", () => {
    const none = { groups: [], rejected: 0, reasons: new Map() };
    expect(decodeOpenAiAgents(new Uint8Array())).toEqual(none);
    expect(decodeOpenAiAgents(encode({ data: [] }))).toEqual(none);
  });

  test("a bad element is counted, the others are taken", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 200; i++) deep = [deep];
    const good = spanOf(1, null, {});
    const { groups, rejected, reasons } = decodeOpenAiAgents(
      encode({ data: [null, { object: "session" }, { ...good, id: "" }, spanOf(2, null, { deep }), good] }),
    );
    expect(groups.flatMap(({ spans }) => spans)).toHaveLength(1);
    expect(rejected).toBe(4);
    expect([...reasons.values()].reduce((a, b) => a + b)).toBe(4);
  });

  test("any JSON is decoded or refused, and what is decoded can be stored", () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const item = fc.record(
      {
        object: fc.constantFrom("trace", "trace.span", "x"),
        id: fc.oneof(fc.constantFrom("trace_x", "span_1"), value),
        trace_id: fc.oneof(fc.constant("trace_x"), value),
        parent_id: fc.oneof(fc.constant("span_1"), value),
        started_at: fc.oneof(fc.constant("2026-11-21T02:21:47.876+00:00"), value),
        span_data: fc.oneof(
          fc.record({
            type: fc.constantFrom("turn", "generation", "function"),
            usage: value,
            input: value,
            output: value,
          }),
          value,
        ),
        error: value,
        metadata: value,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.record({ data: fc.array(item) }), value), (body) => {
        try {
          for (const { spans, context } of decodeOpenAiAgents(encode(body)).groups) {
            expect(JSON.parse(JSON.stringify(spans))).toEqual(spans);
            for (const span of spans) {
              readFacts(span, context);
              readContent(span, context);
            }
          }
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
