import { describe, expect, test } from "vitest";
import type { Message } from "../../otlp/model.ts";
import type { Failure } from "../errors/failure.ts";
import { callFindings } from "./calls.ts";
import { criticalPath, ownTimes } from "./critical-path.ts";
import { failureFindings } from "./failures.ts";
import { dollars, inWords } from "./finding.ts";
import { latencyFindings } from "./latency.ts";
import { printOf, sharedChars } from "./print.ts";
import { promptFindings } from "./prompts.ts";
import { repeatFindings } from "./repeats.ts";
import { type Step, stepsOf } from "./step.ts";
import { step } from "./test-step.ts";

const say = (role: string, text: string): Message => ({ role, parts: [{ type: "text", text }] });

const call = (id: string, from: number, to: number, more: Partial<Step> = {}) =>
  step(id, "root", from, to, { name: "chat m", step: "llm", model: "m", provider: "p", counted: true, ...more });

const failure = (span_id: string, message: string, parent_span_id: string | null = "root") =>
  ({
    run_id: "r",
    span_id,
    parent_span_id,
    name: "search",
    step: "tool",
    exception: "TimeoutError",
    message,
    time: "2026-11-21T10:00:00.000Z",
    service: null,
    model: null,
  }) as Failure;

describe("criticalPath", () => {
  test("names what the run waited for, in order, and where nothing ran", () => {
    const steps = [
      step("root", null, 0, 1000),
      step("a", "root", 0, 300),
      // Beside b, and over before it: nobody waited for it.
      step("beside", "root", 400, 600),
      step("b", "root", 400, 900),
      step("b1", "b", 500, 850),
    ];
    const path = criticalPath(steps);
    expect(path.map(({ step, from, to, idle }) => [step?.span_id, from, to, idle])).toEqual([
      ["a", 0, 300, false],
      ["root", 300, 400, true],
      ["b", 400, 500, true],
      ["b1", 500, 850, false],
      ["b", 850, 900, true],
      ["root", 900, 1000, true],
    ]);
    expect(ownTimes(path).map(({ step, ms }) => [step.span_id, ms])).toEqual([
      ["b1", 350],
      ["a", 300],
      ["root", 200],
      ["b", 150],
    ]);
  });

  test("adds up to the run whatever the spans claim", () => {
    const steps = [
      step("root", null, 0, 100),
      step("outside", "root", 50, 400),
      step("open", "root", 60, null),
      step("orphan", "gone", 200, 300),
      step("x", "y", 10, 20),
      step("y", "x", 10, 30),
      step("none", null, 500, 500),
    ];
    const path = criticalPath(steps);
    expect(path.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(500);
    expect(criticalPath([])).toEqual([]);
  });
});

test("latencyFindings name the spans and the gaps that matter", () => {
  const steps = [
    step("root", null, 0, 10_000),
    step("search", "root", 0, 5000, { step: "tool" }),
    call("c1", 8000, 9900, { output_tokens: 50 }),
  ];
  const found = latencyFindings(criticalPath(steps), 10_000);
  expect(found.map(({ kind, severity, span_ids, numbers }) => [kind, severity, span_ids, numbers])).toEqual([
    ["slow_span", "high", ["search"], { own_ms: 5000, run_ms: 10_000, share_percent: 50 }],
    ["gap", "medium", ["root"], { gap_ms: 3000, from_ms: 5000, share_percent: 30 }],
  ]);
  expect(found[0]?.what).toBe("search kept the run waiting 5.0 s of 10.0 s (50 %).");
  expect(latencyFindings([], 0)).toEqual([]);
});

describe("failureFindings", () => {
  test("say what came after a failure that was tried again", () => {
    const tool = { name: "search", step: "tool" } as const;
    const steps = [
      step("root", null, 0, 900),
      step("ok", "root", 0, 50, tool),
      step("f1", "root", 100, 200, { ...tool, status: "error" }),
      step("f2", "root", 300, 400, { ...tool, status: "error" }),
      step("good", "root", 500, 600, tool),
      step("later", "root", 700, 800, tool),
    ];
    const found = failureFindings(steps, [
      failure("f1", "timed out after 100 ms"),
      failure("f2", "timed out after 99 ms"),
    ]);
    expect(found).toMatchObject([
      { kind: "failed", severity: "medium", numbers: { failed_count: 2, recovered_count: 2 } },
      {
        kind: "retried",
        severity: "low",
        span_ids: ["f1", "f2", "good"],
        numbers: { tries_count: 3, failed_count: 2, lost_ms: 400 },
      },
    ]);
    expect(found[0]?.what).toContain("search failed 2 times: TimeoutError: timed out after");
    expect(found[0]?.what).toContain("It was done again 100 ms later (good), and went well.");
    expect(found[0]?.suggestion).toContain("time limit");
  });

  test("say what failed with it, or that the run went on", () => {
    const f1 = step("f1", "root", 100, 200, { name: "search", status: "error" });
    const fell = [step("root", null, 0, 300, { name: "agent", status: "error" }), f1];
    expect(failureFindings(fell, [failure("f1", "no"), failure("root", "", null)])).toMatchObject([
      { severity: "high", what: "search failed: TimeoutError: no. agent failed with it." },
    ]);
    const went = [step("root", null, 0, 300), f1, step("next", "root", 250, 300)];
    expect(failureFindings(went, [failure("f1", "no")])[0]?.what).toContain(
      "It was not tried again; next (next) came next.",
    );
  });
});

test("repeatFindings find the same input and nearly the same, and take no other page for it", () => {
  const print = (text: string) => printOf([say("input", text)]);
  const tool = (id: string, from: number, text: string, more: Partial<Step> = {}) =>
    step(id, "root", from, from + 100, {
      name: "search",
      tool_name: "search",
      step: "tool",
      input: print(text),
      ...more,
    });
  const found = repeatFindings(
    [
      tool("a", 0, "cats page 1"),
      tool("b", 100, "cats page 1"),
      tool("failed", 200, "cats page 1", { status: "error" }),
      tool("c", 300, "Cats,  page 1"),
      tool("other", 350, "cats page 2"),
      tool("d", 400, "dogs"),
      call("e", 500, 700, { input: print("same"), cost_usd: 0.2 }),
      call("f", 700, 1000, { input: print("same"), cost_usd: 0.3 }),
      call("g", 700, 710, { input: print(`it is 10:20, ${"do ".repeat(100)}`) }),
      call("h", 710, 720, { input: print(`it is 10:21, ${"do ".repeat(100)}`) }),
    ],
    { ms: 1000, usd: 0.5 },
  );
  expect(found.map(({ span_ids, severity, numbers }) => [span_ids, severity, numbers])).toEqual([
    [["e", "f"], "high", { times_count: 2, wasted_ms: 300, wasted_usd: 0.3 }],
    [["a", "b", "c"], "medium", { times_count: 3, wasted_ms: 200 }],
    [["a", "b"], "low", { times_count: 2, wasted_ms: 100 }],
  ]);
});

test("promptFindings see a beginning that is not cached, and an input that grows", () => {
  const history = Array.from({ length: 5 }, (_, n) => say("user", `${n} ${"word ".repeat(1000)}`));
  const calls = history.map((_, n) =>
    call(`c${n}`, n * 100, n * 100 + 50, {
      input: printOf(history.slice(0, n + 1)),
      input_tokens: 1000 * (n + 1),
      cached_input_tokens: n === 4 ? 4000 : 0,
    }),
  );
  const found = promptFindings(calls, () => 0.000_001);
  expect(found.map(({ kind, span_ids, numbers }) => [kind, span_ids, numbers])).toEqual([
    // Of 3,000 tokens of c2 2,000 came again, of 4,000 of c3 3,000. 1,000 are too few for a cache, and c4 had them cached.
    [
      "uncached_prefix",
      ["c2", "c3"],
      { missed_tokens: 5000, input_tokens: 15_000, calls_count: 2, saving_usd: expect.closeTo(0.005) },
    ],
    [
      "growing_input",
      ["c4", "c3", "c2", "c1", "c0"],
      { first_input_tokens: 1000, last_input_tokens: 5000, all_input_tokens: 15_000, growth_factor: 5 },
    ],
  ]);
  expect(promptFindings(calls.slice(0, 2), () => null)).toEqual([]);
});

test("callFindings tell the dear, the unknown and the long", () => {
  const found = callFindings([
    call("a", 0, 1000, { cost_usd: 0.8, input_tokens: 100, output_tokens: 5000, reasoning_tokens: 4000 }),
    call("b", 0, 10, { cost_usd: 0.2, input_tokens: 10, output_tokens: 10 }),
    call("c", 0, 10, { unpriced: "no_usage" }),
    call("d", 0, 10, { unpriced: "refused" }),
  ]);
  expect(found).toMatchObject([
    {
      kind: "expensive_call",
      severity: "high",
      span_ids: ["a", "b", "c"],
      numbers: { cost_usd: 0.8, run_usd: 1, share_percent: 80 },
    },
    { kind: "unknown_cost", severity: "low", span_ids: ["c"], suggestion: expect.stringContaining("include_usage") },
    { kind: "long_output", span_ids: ["a"], suggestion: expect.stringContaining("thinking") },
  ]);
});

test("prints are the same for the same messages, but for the ids of tool calls", () => {
  const ask = (id: string): Message[] => [
    say("user", "hi"),
    { role: "assistant", parts: [{ type: "tool_call", id, name: "f", arguments: { a: 1 } }] },
  ];
  expect(printOf(ask("1"))).toEqual(printOf(ask("2")));
  const [one, other] = [printOf(ask("1")), printOf([say("user", "hi"), say("assistant", "no")])];
  expect(one && other && sharedChars(one, other)).toBe("user: hi".length);
  expect(printOf([])).toBeNull();
});

test("stepsOf counts from the first start that is known", () => {
  const rows = [
    step("a", null, 0, 50),
    step("b", "a", 20, null),
    { ...step("c", "a", 0, 0), started_at: "1970-01-01T00:00:00.000Z" },
  ];
  expect(stepsOf(rows, new Set(["b"]), new Map()).map(({ from, to, counted }) => [from, to, counted])).toEqual([
    [0, 50, false],
    [20, null, true],
    [0, 0, false],
  ]);
});

test("numbers in words", () => {
  expect([inWords(12.4), inWords(12_340), inWords(245_000)]).toEqual(["12 ms", "12.3 s", "4 min 5 s"]);
  expect([inWords(999.7), inWords(119_900)]).toEqual(["1.0 s", "2 min 0 s"]);
  expect([dollars(12.345), dollars(0.0035), dollars(0.000_002_1), dollars(0)]).toEqual([
    "$12.35",
    "$0.0035",
    "$0.0000021",
    "$0.0000",
  ]);
});
