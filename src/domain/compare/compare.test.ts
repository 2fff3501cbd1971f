import { describe, expect, test } from "vitest";
import type { Step } from "../explain/step.ts";
import { step } from "../explain/test-step.ts";
import type { Run } from "../runs/schema.ts";
import { align } from "./align.ts";
import { compare } from "./compare.ts";
import { compareLimits, comparisonSchema } from "./schema.ts";

const tool = (id: string, name: string, from: number, to: number, more: Partial<Step> = {}) =>
  step(id, "root", from, to, { name, step: "tool", ...more });

const call = (id: string, from: number, to: number, more: Partial<Step> = {}) =>
  step(id, "root", from, to, { name: "chat m", step: "llm", model: "m", counted: true, ...more });

const ids = (steps: readonly Step[]) => steps.map(({ span_id }) => span_id);

function shape(a: Step[], b: Step[]) {
  const { pairs, onlyA, onlyB } = align(a, b);
  return {
    pairs: pairs.map(({ a, b, path, moved }) => [a.span_id, b.span_id, path, ...(moved ? ["moved"] : [])]),
    onlyA: onlyA.map(({ steps, path }) => [...ids(steps), path]),
    onlyB: onlyB.map(({ steps, path }) => [...ids(steps), path]),
  };
}

describe("align", () => {
  test("pairs what does the same in the same place, whatever its id, its model and its time", () => {
    const a = [step("root", null, 0, 9), tool("a1", "search", 1, 2), call("a2", 3, 4)];
    const b = [
      step("top", null, 0, 90),
      step("b1", "top", 10, 20, { name: "search", step: "tool" }),
      step("b2", "top", 30, 40, { name: "chat n", step: "llm", model: "n" }),
    ];
    expect(shape(a, b)).toEqual({
      pairs: [
        // Both are the only root.
        ["root", "top", "root / top"],
        ["a1", "b1", "root / top > search"],
        ["a2", "b2", "root / top > chat *"],
      ],
      onlyA: [],
      onlyB: [],
    });
  });

  test("tells what only one has, with all below it", () => {
    const a = [step("root", null, 0, 9), tool("a1", "search", 1, 2), tool("a2", "read", 3, 4)];
    const b = [step("root", null, 0, 9), tool("b1", "read", 1, 2), tool("b2", "ask", 3, 8), step("b3", "b2", 4, 5)];
    expect(shape(a, b)).toEqual({
      pairs: [
        ["root", "root", "root"],
        ["a2", "b1", "root > read"],
      ],
      onlyA: [["a1", "root > search"]],
      onlyB: [["b2", "b3", "root > ask"]],
    });
  });

  test("tells another order from another act", () => {
    const a = [step("root", null, 0, 9), tool("a1", "x", 1, 2), tool("a2", "y", 3, 4), tool("a3", "z", 5, 6)];
    const b = [step("root", null, 0, 9), tool("b1", "z", 1, 2), tool("b2", "x", 3, 4), tool("b3", "y", 5, 6)];
    expect(shape(a, b).pairs.slice(1)).toEqual([
      ["a1", "b2", "root > x"],
      ["a2", "b3", "root > y"],
      ["a3", "b1", "root > z", "moved"],
    ]);
  });

  test("pairs thousands of siblings with no order in common", () => {
    const many = (order: (n: number) => number) =>
      Array.from({ length: 3000 }, (_, n) => tool(`s${order(n)}`, `item ${order(n)}`, n, n + 1));
    const { pairs, onlyA, onlyB } = align(
      many((n) => n),
      many((n) => 2999 - n),
    );
    expect([pairs.length, onlyA, onlyB]).toEqual([3000, [], []]);
    expect(pairs.every(({ a, b }) => a.name === b.name)).toBe(true);
  });

  test("takes the deepest trees, and names the end of a long path", () => {
    const deep = Array.from({ length: 5000 }, (_, n) => step(`s${n}`, n === 0 ? null : `s${n - 1}`, n, 9000));
    const { pairs } = align(deep, deep);
    expect(pairs.length).toBe(5000);
    expect(pairs.at(-1)?.path).toBe("… > s4996 > s4997 > s4998 > s4999");
  });

  test("has nothing to say of runs without spans", () => {
    expect(align([], [])).toEqual({ pairs: [], onlyA: [], onlyB: [] });
    expect(shape([], [step("root", null, 0, 1)])).toEqual({ pairs: [], onlyA: [], onlyB: [["root", "root"]] });
  });
});

function run(id: string, more: Partial<Run> = {}): Run {
  return {
    id,
    name: id,
    status: "success",
    started_at: "2026-11-21T10:00:00.000Z",
    service: null,
    version: null,
    models: ["m"],
    duration_ms: 1000,
    cost_usd: 0.01,
    input_tokens: 100,
    cached_input_tokens: 0,
    output_tokens: 10,
    llm_call_count: 1,
    tool_call_count: 1,
    span_count: 3,
    error_count: 0,
    url: `/runs/${id}`,
    ...more,
  } as Run;
}

const USUAL = { limit: compareLimits.limit.usual, max_chars: compareLimits.max_chars.usual };

describe("compare", () => {
  test("says where the difference of time, cost, tokens and status lies", () => {
    const a = [
      step("root", null, 0, 1000),
      tool("a1", "search", 0, 200),
      call("a2", 200, 1000, { cost_usd: 0.01, input_tokens: 100, output_tokens: 10 }),
    ];
    const b = [
      step("root", null, 0, 3000),
      tool("b1", "search", 0, 700, { status: "error", status_message: "no route to host" }),
      step("b2", "root", 700, 1500, { name: "helper", step: "agent" }),
      call("b3", 800, 1400, { parent_span_id: "b2", cost_usd: 0.03, input_tokens: 300, output_tokens: 30 }),
      call("b4", 1500, 3000, { cost_usd: 0.02, input_tokens: 100, output_tokens: 80 }),
    ];
    const told = compare(
      { run: run("a"), steps: a, output: "It is Canberra." },
      {
        run: run("b", { duration_ms: 3000, cost_usd: 0.05, input_tokens: 400, output_tokens: 110, error_count: 1 }),
        steps: b,
        output: "It is Sydney.",
      },
      USUAL,
    );
    expect(comparisonSchema.parse(told)).toEqual(told);
    expect(told.summary).toEqual([
      "Both runs: success.",
      "1.0 s -> 3.0 s (+200 %).",
      "$0.0100 -> $0.0500 (+400 %).",
      "100 tokens in -> 400 tokens in (+300 %).",
      "10 tokens out -> 110 tokens out (+1000 %).",
      "0 errors -> 1 errors.",
      "Paths: only b has root > helper.",
      "Their outputs have 47 % in common.",
    ]);
    expect(told.totals.cost_usd).toEqual({ a: 0.01, b: 0.05, change: 0.04, change_percent: 400 });
    expect(told.path).toEqual({
      aligned: 3,
      only_a: [],
      only_b: [{ path: "root > helper", times: 1, span_ids: ["b2"], spans: 2, duration_ms: 800 }],
      repeated: [],
      moved: [],
    });
    expect(told.status_changes).toEqual([
      { path: "root > search", a_span_id: "a1", b_span_id: "b1", a: "ok", b: "error", message: "no route to host" },
    ]);
    expect(told.biggest.own_ms.map(({ path, a, b, change }) => [path, a, b, change])).toEqual([
      // With the call below it.
      ["root > helper", null, 800, 800],
      ["root > chat *", 800, 1500, 700],
      ["root > search", 200, 700, 500],
    ]);
    expect(told.biggest.cost_usd.map(({ path, change }) => [path, change])).toEqual([
      ["root > helper", 0.03],
      ["root > chat *", 0.01],
    ]);
    expect(told.biggest.tokens.map(({ path, a, b }) => [path, a, b])).toEqual([
      ["root > helper", null, 330],
      ["root > chat *", 110, 180],
    ]);
    expect(told.output).toMatchObject({ same: false, diff: "It is [-Canberra-]{+Sydney+}." });
  });

  test("counts what came more often, by its path", () => {
    const of = (times: number) => [
      step("root", null, 0, 99),
      ...Array.from({ length: times }, (_, n) => tool(`t${n}`, "search", n, n + 1)),
    ];
    const { path, summary } = compare(
      { run: run("a"), steps: of(2), output: null },
      { run: run("b"), steps: of(5), output: null },
      USUAL,
    );
    expect(path).toMatchObject({
      aligned: 3,
      only_b: [],
      repeated: [{ path: "root > search", a_times: 2, b_times: 5 }],
    });
    expect(summary).toContain("Paths: root > search: 2 times in a, 5 in b.");
  });

  test("keeps to its room and says what it left out", () => {
    const many = (name: string, salt: number) => [
      step("root", null, 0, 100_000),
      ...Array.from({ length: 200 }, (_, n) =>
        tool(`${name}${n}`, `${name.repeat(50)} ${n}`, n * 100, n * 100 + 50 + ((n * salt) % 50)),
      ),
    ];
    const text = (word: string) => Array.from({ length: 600 }, (_, n) => `${word} ${n} ${"x".repeat(60)}`).join("\n");
    const names = { name: "n".repeat(500), service: "s".repeat(500), version: "v".repeat(500) };
    const models = Array.from({ length: 50 }, (_, n) => `model-${n}`);
    const sides = [
      { run: run("a", { ...names, models }), steps: many("a", 7), output: text("cat") },
      { run: run("b", names), steps: many("b", 11), output: text("dog") },
    ] as const;
    for (const max_chars of [compareLimits.max_chars.least, 8_000, 20_000]) {
      const told = compare(...sides, { limit: 50, max_chars });
      expect(JSON.stringify(told).length).toBeLessThanOrEqual(max_chars);
      // 200 paths only in a, 200 only in b, and 400 changes of time.
      const { only_a, only_b } = told.path;
      expect(told.left_out + only_a.length + only_b.length + told.biggest.own_ms.length).toBe(800);
      expect(told.output?.left_out_chars).toBeGreaterThan(30_000);
      expect(told.output?.diff).toMatch(/- cat 0 x[\s\S]*\+ dog 0 x/);
    }
    const few = compare(...sides, { limit: 3, max_chars: 20_000 });
    expect([few.path.only_a.length, few.biggest.own_ms.length]).toEqual([3, 3]);
  });

  test("says of equal runs that they are", () => {
    const steps = [step("root", null, 0, 10), call("c", 1, 9)];
    const told = compare({ run: run("a"), steps, output: "x" }, { run: run("b"), steps, output: "x" }, USUAL);
    expect(told.summary).toEqual(["Both runs: success.", "They took the same path.", "Their outputs are the same."]);
    expect(told.biggest).toEqual({ own_ms: [], cost_usd: [], tokens: [] });
  });

  test("says what it cannot know", () => {
    const unknown = run("a", { span_count: 0, cost_usd: null, duration_ms: null, models: [] });
    const told = compare({ run: unknown, steps: [], output: null }, { run: run("b"), steps: [], output: "x" }, USUAL);
    expect(told.totals.cost_usd).toEqual({ a: null, b: 0.01, change: null, change_percent: null });
    expect(told.summary).toEqual([
      "Both runs: success.",
      "No spans, and so no path: a. tail_run shows the events.",
      "Models only in a: none; only in b: m.",
      "Only b has an output.",
    ]);
  });
});
