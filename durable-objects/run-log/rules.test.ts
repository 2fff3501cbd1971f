import { describe, expect, test } from "vitest";
import { admit, judge, newRunState, nextAlarm } from "./rules.ts";

const a = "aaaaaaaaaaaaaaaa";
const b = "bbbbbbbbbbbbbbbb";
const none = "0000000000000000";
const LIMITS = { runEvents: 10, runBytes: 1000 };
const part = (batchId: string, ...ids: string[]) => ({
  batchId,
  bytes: 100,
  count: ids.length,
  links: ids.map((id) => id + none).join(""),
});

describe("what becomes of a part", () => {
  test("new events are numbered on from the last", () => {
    const state = newRunState(4);
    expect(judge(state, part("x", a, b), LIMITS)).toEqual({
      type: "new",
      firstSeq: 5,
      lastSeq: 6,
      skip: [],
      spanIds: a + b,
    });
    expect(state).toEqual(newRunState(4));
  });

  test("the same batch has the same numbers", () => {
    const state = newRunState();
    admit(state, "x", 1, 2, a + b, 100);
    expect(judge(state, part("x", a, b), LIMITS)).toEqual({ type: "repeat", firstSeq: 1, lastSeq: 2 });
  });

  test("known spans are skipped, in the log and within the part", () => {
    const state = newRunState();
    admit(state, "x", 1, 1, a, 100);
    expect(judge(state, part("y", a, b, b), LIMITS)).toEqual({
      type: "new",
      firstSeq: 2,
      lastSeq: 2,
      skip: [0, 2],
      spanIds: b,
    });
    expect(judge(state, part("y", a), LIMITS)).toEqual({ type: "known", skip: [0] });
  });

  test("a run takes no more events or bytes than a run may have, and still knows its repeats", () => {
    const state = newRunState(9);
    expect(judge(state, part("x", a), LIMITS)).toMatchObject({ type: "new", lastSeq: 10 });
    expect(judge(state, part("x", a, b), LIMITS)).toEqual({ type: "full" });
    admit(state, "x", 10, 10, a, 950);
    expect(judge(state, part("x", a), LIMITS)).toMatchObject({ type: "repeat" });
    expect(judge(state, part("y", a), LIMITS)).toMatchObject({ type: "known" });
    const heavy = newRunState(1);
    admit(heavy, "x", 1, 1, a, 950);
    expect(judge(heavy, part("y", b), LIMITS)).toEqual({ type: "full" });
  });

  test("events that are no spans are never taken for repeats", () => {
    expect(judge(newRunState(), part("x", none, none), LIMITS)).toMatchObject({ type: "new", firstSeq: 1, lastSeq: 2 });
  });
});

test.each([
  [{ unconfirmed: true, untrimmed: true, remembers: true }, 1010],
  [{ unconfirmed: false, untrimmed: true, remembers: true }, 1020],
  [{ unconfirmed: false, untrimmed: false, remembers: true }, 1030],
  [{ unconfirmed: false, untrimmed: false, remembers: false }, null],
])("with %o the next alarm is at %s", (state, at) => {
  const limits = { ringAgainMs: 10, trimAfterMs: 20, sweepEveryMs: 30 };
  expect(nextAlarm({ now: 1000, ...state }, limits)).toBe(at);
});
