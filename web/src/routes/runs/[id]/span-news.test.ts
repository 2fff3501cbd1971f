import { expect, it } from "vitest";
import { concerns, spanOf, spansWithNews } from "./span-news.ts";

it("names the spans that log records are about", () =>
  expect(
    spansWithNews([
      { type: "SPAN", data: { span_id: "a" } },
      { type: "LOG", data: { span_id: "b" } },
      { type: "LOG", data: { span_id: "b" } },
    ]),
  ).toEqual(new Set(["b"])));

it.each([
  [{ type: "SPAN", id: "a", data: {} }, "a"],
  [{ type: "LOG", id: "of the record", data: { span_id: "b" } }, "b"],
  [{ type: "CUSTOM", id: "c", data: {} }, null],
])("%j leads to span %s", (event, span) => expect(spanOf(event)).toBe(span));

it("takes what is said of the span above as news too", () => {
  const changed = new Set(["a"]);
  const spans = [
    { span_id: "a", parent_span_id: null },
    { span_id: "b", parent_span_id: "a" },
    { span_id: "c", parent_span_id: "b" },
  ];
  expect(spans.map((span) => concerns(changed, span))).toEqual([true, true, false]);
});
