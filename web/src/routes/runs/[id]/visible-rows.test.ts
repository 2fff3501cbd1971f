import { expect, it } from "vitest";
import { testSpan } from "./test-span.ts";
import { isError, Trace } from "./trace.ts";
import { findMatches, indent, nextNode, reveal, visibleRows } from "./visible-rows.ts";

const trace = new Trace();
trace.add([
  testSpan("a", null, 0, 100),
  testSpan("b", "a", 1, 50),
  testSpan("c", "b", 2, 5, { step: "llm", model: "GPT-5" }),
  testSpan("d", "b", 3, 5, { status: "error", status_message: "Rate limited" }),
  testSpan("e", "a", 60, 5, { status: "error" }),
]);
const seq = (id: string) => Number.parseInt(id, 36);
const ids = (nodes: Iterable<{ row: { span_id: string } }>) => [...nodes].map((node) => node.row.span_id).join("");
const node = (id: string) => trace.byId.get(id) ?? null;

it("shows the tree from top to bottom, without what is collapsed", () => {
  expect(ids(visibleRows(trace, new Set(), null))).toBe("abcde");
  expect(ids(visibleRows(trace, new Set([seq("b")]), null))).toBe("abe");
});

it.each([
  [{ show: "errors", text: "" }, "de", "abde"],
  [{ show: "llm", text: "" }, "c", "abc"],
  [{ show: "all", text: "gpt" }, "c", "abc"],
  [{ show: "all", text: "rate" }, "d", "abd"],
  [{ show: "errors", text: "nothing" }, "", ""],
] as const)("with %j finds %s and shows %s, collapsed or not", (filter, found, shown) => {
  const matches = findMatches(trace, filter);
  expect(ids(matches ?? [])).toBe(found);
  expect(ids(visibleRows(trace, new Set([seq("a")]), matches))).toBe(shown);
});

it("finds nothing in particular without a filter", () => {
  expect(findMatches(trace, { show: "all", text: "" })).toBeNull();
});

it("goes from error to error and round again", () => {
  expect(nextNode(trace, null, isError)).toBe(node("d"));
  expect(nextNode(trace, node("d"), isError)).toBe(node("e"));
  expect(nextNode(trace, node("e"), isError)).toBe(node("d"));
  expect(nextNode(trace, node("d"), isError, true)).toBe(node("e"));
  expect(nextNode(new Trace(), null, isError)).toBeNull();
});

it("opens what hides a span", () => {
  const target = node("d");
  if (!target) throw new Error("no span d");
  expect([...reveal(new Set([seq("a"), seq("b"), seq("e")]), target)]).toEqual([seq("e")]);
  const open = new Set([seq("e")]);
  expect(reveal(open, target)).toBe(open);
});

it("stops moving rows in, however deep they are", () => {
  expect([0, 1, 10, 11, 24, 25, 1000].map(indent)).toEqual([0, 14, 140, 143, 182, 182, 182]);
});
