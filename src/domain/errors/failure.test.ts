import { describe, expect, test } from "vitest";
import { causesOf, type Failure } from "./failure.ts";
import { groupFailures } from "./group.ts";

function failure(span_id: string | null, parent_span_id: string | null, message: string, more: Partial<Failure> = {}) {
  const base = { run_id: "r1", name: "call", step: null, exception: null, time: "2026-11-21T10:00:00.000Z" };
  return { ...base, service: "s", model: null, span_id, parent_span_id, message, ...more } as Failure;
}

describe("causesOf", () => {
  test("leaves out what only passes a failure on", () => {
    const tool = failure("c", "b", "connection refused");
    const step = failure("b", "a", "");
    const root = failure("a", null, "Agent failed: connection refused");
    const end = failure(null, null, "connection refused");
    expect(causesOf([tool, step, end])).toEqual([tool]);
    expect(causesOf([tool, { ...root, span_id: "b" }])).toEqual([tool]);
    // Two steps away, over one that says nothing.
    expect(causesOf([tool, step, root, end])).toEqual([tool]);
  });

  test("keeps a failure of another kind above one, and a run's end that is alone", () => {
    const inner = failure("b", "a", "429");
    const outer = failure("a", null, "too many steps");
    expect(causesOf([inner, outer])).toEqual([inner, outer]);
    expect(causesOf([failure(null, null, "killed")])).toHaveLength(1);
  });
});

test("groupFailures puts failures of one cause together, the most frequent first", () => {
  const groups = groupFailures([
    failure("a", null, "No user 17", { time: "2026-11-21T10:00:01.000Z", model: "m1" }),
    failure("b", null, "No user 4", { time: "2026-11-21T10:00:03.000Z", model: "m2", run_id: "r2", service: "t" }),
    failure("c", null, "No user 4", { time: "2026-11-21T10:00:02.000Z", run_id: "r2" }),
    failure("d", null, "No user 4", { exception: "KeyError" }),
  ]);
  expect(groups).toEqual([
    {
      message: "No user <n>",
      exception: null,
      span_name: "call",
      step: null,
      count: 3,
      run_count: 2,
      first_seen: "2026-11-21T10:00:01.000Z",
      last_seen: "2026-11-21T10:00:03.000Z",
      services: ["s", "t"],
      models: ["m1", "m2"],
      examples: [
        { run_id: "r2", span_id: "b", time: "2026-11-21T10:00:03.000Z", message: "No user 4" },
        { run_id: "r1", span_id: "a", time: "2026-11-21T10:00:01.000Z", message: "No user 17" },
      ],
    },
    expect.objectContaining({ exception: "KeyError", count: 1 }),
  ]);
});
