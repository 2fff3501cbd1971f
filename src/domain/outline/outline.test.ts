import { describe, expect, test } from "vitest";
import type { SpanRow } from "../runs/schema.ts";
import { durationText, outlineOf } from "./outline.ts";

/** A span that began `n` ms after another, and what is said of it. */
function row(id: string, parent: string | null, n: number, more: Partial<SpanRow> = {}): SpanRow {
  return {
    seq: n + 1,
    span_id: id,
    parent_span_id: parent,
    name: id,
    kind: "internal",
    step: "span",
    status: "ok",
    status_message: null,
    service: null,
    started_at: `2026-11-21T00:00:00.${String(n).padStart(3, "0")}Z`,
    ended_at: "2026-11-21T00:00:01.000Z",
    duration_ms: 1000 - n,
    model: null,
    provider: null,
    tool_name: null,
    agent_name: null,
    input_tokens: null,
    cached_input_tokens: null,
    output_tokens: null,
    reasoning_tokens: null,
    time_to_first_token_ms: null,
    cost_usd: null,
    unpriced: null,
    event_count: 0,
    ...more,
  };
}

describe("an outline", () => {
  test("says of each span what it is, how long it took, what it cost and why it failed", () => {
    const spans = [
      row("call", "root", 2, {
        step: "llm",
        model: "gpt-4o",
        input_tokens: 900,
        cached_input_tokens: 100,
        output_tokens: 20,
        cost_usd: 0.00215,
      }),
      row("root", null, 1, { step: "agent" }),
      row("tool", "root", 3, { step: "tool", tool_name: "search", status: "error", status_message: "no\nanswer" }),
      row("open", "root", 4, { ended_at: null, duration_ms: null }),
    ];
    expect(outlineOf(spans, { depth: 5, most: 10 })).toEqual({
      text: [
        "[root] root (agent) 999 ms",
        "  [call] call (llm · gpt-4o) 998 ms, 900 (100 cached) → 20 tokens, $0.00215",
        "  [tool] tool (tool · search) 997 ms FAILED: no answer",
        "  [open] open (span) running",
      ].join("\n"),
      shown: 4,
      hidden: 0,
    });
  });

  test("shows failed spans first when there is little room, and counts what it leaves out", () => {
    const spans = [row("root", null, 0)];
    for (let n = 1; n < 100; n++) spans.push(row(`s${n}`, n < 50 ? "root" : "s1", n));
    spans[77] = row("bad", "s1", 77, { status: "error", status_message: "boom" });
    const { text, shown, hidden } = outlineOf(spans, { depth: 1, most: 5 });
    expect(text).toBe(
      [
        "[root] root (span) 1 s",
        "  [s1] s1 (span) 999 ms",
        "    [bad] bad (span) 923 ms FAILED: boom",
        "    … 49 more spans under s1",
        "  … 48 more spans under root",
      ].join("\n"),
    );
    expect([shown, hidden]).toEqual([3, 97]);
  });

  test("shows what lies below one span", () => {
    const spans = [row("root", null, 0), row("a", "root", 1), row("b", "a", 2), row("c", "root", 3)];
    expect(outlineOf(spans, { focus: "a", depth: 2, most: 9 }).text).toBe("[a] a (span) 999 ms\n  [b] b (span) 998 ms");
  });

  test("takes spans whose parents go round in a circle, are themselves or are missing", () => {
    const spans = [row("a", "b", 0), row("b", "a", 1), row("self", "self", 2), row("orphan", "gone", 3)];
    const { shown, hidden } = outlineOf(spans, { depth: 5, most: 10 });
    expect([shown, hidden]).toEqual([4, 0]);
  });

  test("takes a chain of ten thousand spans", () => {
    const spans = Array.from({ length: 10_000 }, (_, n) => row(`s${n}`, n === 0 ? null : `s${n - 1}`, n % 1000));
    const { shown, hidden } = outlineOf(spans, { depth: 50, most: 500 });
    expect([shown, hidden]).toEqual([50, 9_950]);
  });
});

test.each([
  [0.25, "0.25 ms"],
  [850, "850 ms"],
  [12_345, "12.3 s"],
  [246_000, "4.1 min"],
])("%d ms is written %s", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
