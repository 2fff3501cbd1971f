import { expect, it } from "vitest";
import { ERROR_PAINT, STEP_ORDER, stretches } from "./minimap-grid.ts";
import { testSpan } from "./test-span.ts";
import { Trace } from "./trace.ts";
import { visibleRows } from "./visible-rows.ts";

const nodesOf = (...rows: ReturnType<typeof testSpan>[]) => {
  const trace = new Trace();
  trace.add(rows);
  return visibleRows(trace, new Set(), null);
};
const LLM = STEP_ORDER.indexOf("llm") + 1;
const SPAN = STEP_ORDER.indexOf("span") + 1;

it("draws a lane per span while there is room", () => {
  const nodes = nodesOf(testSpan("a", null, 0, 100), testSpan("b", "a", 50, 25, { step: "llm" }));
  expect(stretches(nodes, { from: 0, to: 100 }, 8, 10)).toEqual([
    { lane: 0, x: 0, width: 8, paint: SPAN },
    { lane: 1, x: 4, width: 2, paint: LLM },
  ]);
});

it("shares lanes when there are more spans, and errors win", () => {
  const nodes = nodesOf(
    testSpan("a", null, 0, 100),
    testSpan("b", "a", 25, 50, { step: "llm" }),
    testSpan("c", "a", 50, 0, { status: "error" }),
  );
  expect(stretches(nodes, { from: 0, to: 100 }, 4, 1)).toEqual([
    { lane: 0, x: 0, width: 1, paint: SPAN },
    { lane: 0, x: 1, width: 1, paint: LLM },
    { lane: 0, x: 2, width: 1, paint: ERROR_PAINT },
    { lane: 0, x: 3, width: 1, paint: SPAN },
  ]);
});

it("is bounded by its pixels, not by the spans", () => {
  const rows = Array.from({ length: 5000 }, (_, at) => ({
    ...testSpan("a", null, at, 3),
    span_id: `s${at}`,
    seq: at + 1,
  }));
  expect(stretches(nodesOf(...rows), { from: 0, to: 5003 }, 200, 30).length).toBeLessThan(200 * 30);
});
