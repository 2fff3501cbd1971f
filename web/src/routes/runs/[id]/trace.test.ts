import { expect, it } from "vitest";
import { testSpan } from "./test-span.ts";
import { lengthOf, type Node, Trace } from "./trace.ts";

const outline = (nodes: Node[]): string =>
  nodes.map((node) => node.row.span_id + (node.children.length > 0 ? `(${outline(node.children)})` : "")).join(" ");
const traceOf = (...rows: ReturnType<typeof testSpan>[]) => {
  const trace = new Trace();
  trace.add(rows);
  return trace;
};

it("is a tree by start, whatever order the spans come in", () => {
  const trace = new Trace();
  trace.add([testSpan("c", "b", 5), testSpan("d", "a", 3)]);
  expect(outline(trace.roots)).toBe("d c");
  expect(trace.roots.every((node) => node.orphan)).toBe(true);
  expect(trace.add([testSpan("b", "a", 4, 20), testSpan("a", null, 0, 100), testSpan("c", "b", 5)])).toBe(2);
  expect(outline(trace.roots)).toBe("a(d b(c))");
  expect(trace.byId.get("c")).toMatchObject({ depth: 2, orphan: false, start: 0, end: 10 });
  expect([trace.from, trace.to, trace.roots[0]?.below]).toEqual([-5, 95, 3]);
});

it("marks spans whose parent is missing and keeps them at root level", () => {
  const trace = traceOf(testSpan("a", null), testSpan("b", "zz", 5));
  expect(trace.roots.map((node) => [node.row.span_id, node.orphan])).toEqual([
    ["a", false],
    ["b", true],
  ]);
});

it("survives circles, spans that are their own parent and spans sent twice", () => {
  const trace = traceOf(testSpan("a", "b"), testSpan("b", "a"), testSpan("c", "c"), testSpan("d", "b"), {
    ...testSpan("d", "b"),
    seq: 99,
  });
  expect(outline(trace.roots)).toBe("a(b(d d)) c");
  expect(trace.nodes).toHaveLength(5);
});

it("marks times that cannot be", () => {
  const trace = traceOf(
    testSpan("a", null, 100, 50),
    testSpan("b", "a", 110, -20),
    testSpan("c", "a", 90, 20),
    testSpan("d", "a", 120, 0, { started_at: "1970-01-01T00:00:00.000Z" }),
  );
  const odd = Object.fromEntries(trace.nodes.map((node) => [node.row.span_id, node.odd]));
  expect(odd).toEqual({ a: null, b: "ends-before-start", c: "early", d: "no-time" });
  expect([trace.from, trace.to]).toEqual([-10, 50]);
  expect(trace.byId.get("d")).toMatchObject({ start: 0, end: 0 });
});

const ongoing = { ended_at: null, duration_ms: null };
const EPOCH = Date.parse("2026-11-21T09:30:00.000Z");

it("lets a span run until now, and gives its place to its end when that comes", () => {
  const trace = traceOf(testSpan("a", null, 0, 0, ongoing), testSpan("b", "a", 10, 40));
  trace.pass(EPOCH + 200);
  const a = trace.byId.get("a") as Node;
  expect([a.start, a.end, a.open, lengthOf(a), trace.to]).toEqual([0, 200, true, 200, 200]);
  // Its machine's clock is ahead.
  trace.pass(EPOCH - 50);
  expect([a.end, trace.to]).toEqual([0, 50]);
  trace.pass(EPOCH + 300);
  expect(trace.add([testSpan("c", "a", 20, 0, ongoing)])).toBe(1);
  expect([lengthOf(trace.byId.get("c") as Node), a.below]).toEqual([280, 2]);

  expect(trace.add([testSpan("a", null, 0, 120, { seq: 90, status: "ok" })])).toBe(1);
  expect(trace.byId.get("a")).toBe(a);
  expect([a.key, a.row.seq, a.row.status, a.open, lengthOf(a), trace.nodes.length]).toEqual([
    10,
    90,
    "ok",
    false,
    120,
    3,
  ]);
  expect(trace.add([testSpan("a", null, 0, 0, { ...ongoing, seq: 91 })])).toBe(0);
  expect([trace.open.size, trace.to]).toEqual([1, 300]);
});

it("stops time when the run is over: what has not ended by then never said when", () => {
  const trace = traceOf(testSpan("a", null, 0, 100), testSpan("b", "a", 10, 0, ongoing));
  trace.pass(EPOCH + 1000);
  expect([trace.byId.get("b")?.odd, trace.to]).toEqual([null, 1000]);
  trace.pass(null);
  const b = trace.byId.get("b") as Node;
  expect([b.odd, b.end, lengthOf(b), trace.to]).toEqual(["no-end", 100, null, 100]);
});

it("takes 20,000 levels without running out of stack", () => {
  const rows = Array.from({ length: 20_000 }, (_, at) => ({
    ...testSpan("a", at === 0 ? null : `s${at - 1}`, at, 1),
    span_id: `s${at}`,
    seq: at + 1,
  }));
  const trace = traceOf(...rows);
  expect([trace.byId.get("s19999")?.depth, trace.roots[0]?.below]).toEqual([19_999, 19_999]);
});
