import { expect, test } from "vitest";
import type { RunEvent } from "#lib/api.ts";
import { annotationsIn, flagsOf, inReadingOrder, mergedAnnotations } from "./annotation-list.ts";
import type { Annotation } from "./annotations-api.ts";

const at = (seq: number) => ({ seq, time: "2026-01-01T00:00:00Z" });
const note = (seq: number): Annotation => ({ kind: "note", ...at(seq), text: "Look at this" });
const finding = (seq: number, severity: string, ...span_ids: string[]): Annotation => ({
  kind: "finding",
  ...at(seq),
  monitor: "circular",
  reason: "Steps 2 and 3 repeat step 1.",
  severity,
  span_ids,
});

test("live events become what the API lists; others are left out", () => {
  const events: RunEvent[] = [
    { ...at(1), type: "SPAN", v: 1, data: {} },
    { ...at(2), type: "NOTE_ADDED", v: 1, data: { text: "Look at this", kind: "mine" } },
  ];
  expect(annotationsIn(events)).toEqual([note(2)]);
});

test("what comes twice is there once, in the order of the log", () => {
  expect(mergedAnnotations([note(2), note(5)], [note(5), note(3)])).toEqual([note(2), note(3), note(5)]);
});

test("findings come first, the most severe before others; then the newest", () => {
  const rows = [note(1), finding(2, "low"), finding(3, "high"), note(4), finding(5, "unheard of")];
  expect(inReadingOrder(rows).map(({ seq }) => seq)).toEqual([3, 2, 5, 4, 1]);
});

test("a span is marked with all that findings say of it", () => {
  const said = "In circles: Steps 2 and 3 repeat step 1.";
  const rows = [finding(1, "low", "a", "b"), finding(2, "low", "b"), { ...note(3), span_id: "c" }];
  expect([...flagsOf(rows)]).toEqual([
    ["a", said],
    ["b", `${said}\n${said}`],
  ]);
});
