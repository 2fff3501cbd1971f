import { expect, test } from "vitest";
import { spanWith } from "../../../test/fixtures/span.ts";
import type { RunEvent } from "../../events/event.ts";
import type { Attributes, Span } from "../../events/span.ts";
import { readFacts } from "../../otlp/conventions/index.ts";
import { judge } from "./judge.ts";
import { stepsOfRun } from "./steps-of-run.ts";

const context = { resource: {}, scope: { name: "test", version: "1" } };
const idOf = (n: number) => n.toString(16).padStart(16, "0");

/** The n-th call of a run, a second after the one before it, with what it was asked and what it answered. */
function chat(
  n: number,
  asked: string,
  output: unknown,
  more: Partial<Span> = {},
  attributes: Attributes = {},
): RunEvent {
  const span = spanWith(
    {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.input.messages": JSON.stringify([
        { role: "system", parts: [{ type: "text", content: "Be brief." }] },
        { role: "user", parts: [{ type: "text", content: asked }] },
      ]),
      ...(output === undefined ? {} : { "gen_ai.output.messages": JSON.stringify(output) }),
      ...attributes,
    },
    {
      span_id: idOf(n),
      start_time_unix_nano: String(1_767_225_600_000_000_000n + BigInt(n) * 1_000_000_000n),
      end_time_unix_nano: String(1_767_225_600_900_000_000n + BigInt(n) * 1_000_000_000n),
      ...more,
    },
  );
  const data = { ...span, ...context, facts: readFacts(span, context) };
  return { seq: n, id: span.span_id, type: "SPAN", time: "", v: 1, data };
}

const said = (content: string, finish_reason?: string) => [
  { role: "assistant", parts: [{ type: "text", content }], ...(finish_reason ? { finish_reason } : {}) },
];
const numbered = (count: number) => new Map(Array.from({ length: count }, (_, n) => [idOf(n + 1), n + 1]));

test("a step is what a call answered and asked of tools; the question is all turns of it, once", () => {
  const tool = [{ role: "assistant", parts: [{ type: "tool_call", id: "1", name: "search", arguments: { q: "x" } }] }];
  const events = [
    chat(2, "Why is it slow?", tool),
    chat(1, "Why is it slow?", said("Let me look.")),
    chat(3, "And what now?", said("It is cut", "length")),
    chat(4, "And what now?", said("Not counted")),
  ];
  expect(stepsOfRun(events, numbered(3))).toEqual({
    question: "Why is it slow?\nAnd what now?",
    steps: [
      { text: "Let me look.", step: 1, span_id: idOf(1) },
      {
        text: "",
        step: 2,
        span_id: idOf(2),
        calls: [expect.objectContaining({ name: "search", arguments: { q: "x" } })],
      },
      { text: "It is cut", step: 3, span_id: idOf(3), cut: true },
    ],
  });
});

test("answers that nobody recorded are no empty answers", () => {
  const hidden = (n: number) => chat(n, "Why?", undefined);
  const unread = (n: number) =>
    chat(n, "Why?", [{ role: "assistant", parts: [] }], {}, { "gen_ai.usage.output_tokens": 90 });
  const empty = (n: number) =>
    chat(n, "Why?", [{ role: "assistant", parts: [] }], {}, { "gen_ai.usage.output_tokens": 1 });
  const signs = (make: (n: number) => RunEvent) => {
    const { steps, question } = stepsOfRun([make(1), make(2), make(3)], numbered(3));
    return judge(steps, question).map(({ sign }) => sign);
  };
  expect([signs(hidden), signs(unread), signs(empty)]).toEqual([[], [], ["empty"]]);
});

test("a failed call is a step even without an answer", () => {
  const event = chat(1, "Why?", undefined, { status: { code: "error", message: "429" } });
  expect(stepsOfRun([event], numbered(1)).steps).toEqual([{ text: "", step: 1, span_id: idOf(1), failed: true }]);
});

test("calls of a fan-out go in no circle, one after the other they do", () => {
  const text = "The backup job fails at the upload stage because the storage credentials have expired.";
  const signs = (seconds: bigint) => {
    const events = [1, 2, 3, 4].map((n) =>
      chat(n, "Why does the backup job fail?", said(text), {
        start_time_unix_nano: String(1_767_225_600_000_000_000n + BigInt(n) * seconds * 1_000_000_000n),
        end_time_unix_nano: String(1_767_225_600_900_000_000n + BigInt(n) * seconds * 1_000_000_000n),
      }),
    );
    const { steps, question } = stepsOfRun(events, numbered(4));
    return judge(steps, question).map(({ sign }) => sign);
  };
  expect([signs(1n), signs(0n)]).toEqual([["repeats"], []]);
});
