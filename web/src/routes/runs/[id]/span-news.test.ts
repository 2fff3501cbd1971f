import { expect, it } from "vitest";
import { spanOf, spansWithNews } from "./span-news.ts";

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
