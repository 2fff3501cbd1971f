import { describe, expect, test } from "vitest";
import { PLAN, type Scenario } from "./plan.ts";
import { newRound } from "./round.ts";
import { codeReview } from "./scenarios/code-review.ts";
import { expenses } from "./scenarios/expenses.ts";
import { flight } from "./scenarios/flight.ts";
import { handbook, handbookAgain } from "./scenarios/handbook.ts";
import { research } from "./scenarios/research.ts";
import { parcel, refund } from "./scenarios/support.ts";
import { faster, type Run } from "./spans.ts";
import { understood } from "./test-trace.ts";

const spansOf = (run: Run) => run.timeline.flatMap((batch) => batch.spans);
const ROUNDS = [0, 1, 2];

interface Counts {
  spans: number;
  llm: number;
  tools: number;
  errors: number;
  /** 1 = it ended well, 2 = it failed. */
  outcome: 1 | 2;
}

describe.each<[string, Scenario, Counts]>([
  ["refund", refund, { spans: 6, llm: 3, tools: 2, errors: 0, outcome: 1 }],
  ["parcel", parcel, { spans: 4, llm: 2, tools: 1, errors: 0, outcome: 1 }],
  // An embedding is a model call too.
  ["handbook", handbook, { spans: 5, llm: 2, tools: 0, errors: 0, outcome: 1 }],
  ["handbookAgain", handbookAgain, { spans: 5, llm: 2, tools: 0, errors: 0, outcome: 1 }],
  ["flight", flight, { spans: 7, llm: 3, tools: 3, errors: 1, outcome: 1 }],
  ["expenses", expenses, { spans: 7, llm: 3, tools: 3, errors: 3, outcome: 2 }],
  ["research", research, { spans: 31, llm: 14, tools: 12, errors: 0, outcome: 1 }],
  ["codeReview", codeReview, { spans: 15, llm: 6, tools: 6, errors: 0, outcome: 1 }],
])("%s", (_name, scenario, counts) => {
  test.each(ROUNDS)("is a whole trace in round %i", (index) => {
    const run = scenario(newRound(index));
    const spans = spansOf(run);
    const ids = new Set(spans.map((span) => span.spanId));
    expect(run.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(ids.size).toBe(spans.length);
    expect(spans.filter((span) => span.parentSpanId === undefined)).toHaveLength(1);
    for (const span of spans) {
      expect(span.spanId).toMatch(/^[0-9a-f]{16}$/);
      expect(span.traceId).toBe(run.traceId);
      expect(span.parentSpanId === undefined || ids.has(span.parentSpanId)).toBe(true);
      expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
    }
  });

  test("keeps children within their parents, and sends a span when it has ended", () => {
    const run = scenario(newRound(0));
    const byId = new Map(spansOf(run).map((span) => [span.spanId, span]));
    for (const { atMs, spans } of run.timeline) {
      for (const span of spans) {
        const parent = byId.get(span.parentSpanId ?? "") ?? span;
        expect(span.startMs).toBeGreaterThanOrEqual(parent.startMs);
        expect(span.endMs).toBeLessThanOrEqual(parent.endMs);
        expect(atMs).toBeGreaterThanOrEqual(span.endMs);
        expect(span.firstChunkMs ?? 0).toBeLessThan(span.endMs - span.startMs);
      }
    }
    const times = run.timeline.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(spansOf(run).at(-1)?.parentSpanId).toBeUndefined();
  });

  test.each(ROUNDS)("is understood by the server in round %i", (index) => {
    const { delta, sums } = understood(scenario(newRound(index)));
    expect({
      spans: delta.span_count,
      llm: sums.llm_call_count,
      tools: delta.tool_call_count,
      errors: delta.error_count,
      outcome: delta.outcome,
    }).toEqual(counts);
    expect(delta.head?.value.service).toMatch(/^[a-z-]+$/);
    expect(delta.head?.value.environment).toMatch(/^(production|staging)$/);
    expect([delta.session?.value, delta.user?.value, delta.input_preview?.value].every(Boolean)).toBe(true);
    expect(delta.output_preview !== null).toBe(true);
    expect(sums.input_tokens).toBeGreaterThan(sums.cached_input_tokens ?? 0);
  });

  test("says the same each time, under other ids", () => {
    const plain = (run: Run) =>
      JSON.stringify({ ...run, traceId: "" }).replace(
        /[0-9a-f]{8}-[0-9a-f-]{27}|\b(call_|re_)?[0-9a-f]{8,32}\b/g,
        "id",
      );
    const [one, two] = [scenario(newRound(4)), scenario(newRound(4))];
    expect(plain(one)).toBe(plain(two));
    expect(one.traceId).not.toBe(two.traceId);
  });
});

test("the long run takes a minute and many requests, and its root comes last, alone", () => {
  const { timeline } = research(newRound(0));
  const last = timeline.at(-1);
  expect(last?.atMs).toBeGreaterThan(55_000);
  expect(last?.atMs).toBeLessThan(66_000);
  expect(timeline.length).toBeGreaterThan(20);
  expect(last?.spans.map((span) => span.parentSpanId)).toEqual([undefined]);
});

test("the failing tool carries its exception, and the run its reason", () => {
  const reason = "The period of September is closed: postings need the approval of an accountant";
  const errors = understood(expenses(newRound(0))).facts.flatMap(({ step, error }) => (error ? [{ step, error }] : []));
  expect(errors).toEqual([
    { step: "tool", error: reason },
    { step: "tool", error: reason },
    { step: "agent", error: `Could not file R-55012: ${reason}` },
  ]);
});

test("agents lie three deep, in three services, with tools side by side", () => {
  const spans = spansOf(codeReview(newRound(0)));
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const agents = spans.filter((span) => span.name.startsWith("invoke_agent"));
  const chain = agents.map(({ name, service, parentSpanId }) => [
    name,
    service.name,
    byId.get(parentSpanId ?? "")?.name,
  ]);
  expect(chain).toEqual([
    ["invoke_agent dependency-auditor", "dependency-audit", "invoke_agent security-reviewer"],
    ["invoke_agent security-reviewer", "security-review", "invoke_agent review-lead"],
    ["invoke_agent review-lead", "code-review", undefined],
  ]);
  const tools = spans.filter((span) => span.name.startsWith("execute_tool"));
  expect(tools.some((a) => tools.some((b) => a !== b && a.startMs <= b.startMs && b.startMs < a.endMs))).toBe(true);
});

test("a round has sessions of several runs, several services, users and providers", () => {
  const round = newRound(0);
  const runs = PLAN.map(({ scenario }) => understood(scenario(round)));
  const distinct = (values: (string | null | undefined)[]) => [...new Set(values)].sort();
  expect(distinct(runs.map(({ delta }) => delta.session?.value))).toHaveLength(6);
  expect(distinct(runs.map(({ delta }) => delta.user?.value))).toHaveLength(6);
  expect(distinct(runs.map(({ delta }) => delta.head?.value.service))).toHaveLength(6);
  expect(distinct(runs.flatMap(({ facts }) => facts.map(({ provider }) => provider ?? "")))).toEqual([
    "",
    "anthropic",
    "cohere",
    "gcp.gemini",
    "ollama",
    "openai",
  ]);
});

test("speed scales every time and nothing else", () => {
  const run = refund(newRound(0));
  const quick = faster(run, 10);
  expect(quick.timeline.map(({ atMs }) => atMs * 10)).toEqual(run.timeline.map(({ atMs }) => atMs));
  spansOf(quick).forEach((span, i) => {
    const whole = spansOf(run)[i];
    expect(span.startMs * 10).toBeCloseTo(whole?.startMs ?? Number.NaN);
    expect(span.endMs * 10).toBeCloseTo(whole?.endMs ?? Number.NaN);
    expect((span.firstChunkMs ?? 0) * 10).toBeCloseTo(whole?.firstChunkMs ?? 0);
    expect(span.attributes).toEqual(whole?.attributes);
  });
});
