import { describe, expect, test } from "vitest";
import { check, NOTHING_BROKEN } from "./check.ts";

const sent = [{ run: "r", writers: [["a", "b"], ["c"]], unsure: ["maybe"] }];
const read = (...events: [number, string][]) => [{ run: "r", events: events.map(([seq, id]) => ({ seq, id })) }];

describe("the checker", () => {
  test("finds nothing where nothing is wrong, whatever the order between writers", () => {
    for (const events of [
      read([1, "a"], [2, "b"], [3, "c"]),
      read([1, "c"], [2, "a"], [3, "b"]),
      read([1, "a"], [2, "maybe"], [3, "c"], [4, "b"]),
    ]) {
      expect(check(sent, events)).toEqual({ acknowledged: 3, ...NOTHING_BROKEN });
    }
  });

  test("finds a lost event, and a lost run", () => {
    expect(check(sent, read([1, "a"], [2, "c"])).lost).toEqual(["r/b"]);
    expect(check(sent, []).lost).toEqual(["r/a", "r/b", "r/c"]);
  });

  test("finds a doubled event, and a seq that was given twice", () => {
    expect(check(sent, read([1, "a"], [2, "b"], [3, "c"], [4, "a"])).doubled).toEqual(["r/a: seqs 1 and 4"]);
    expect(check(sent, read([1, "a"], [2, "b"], [2, "c"])).doubled).toEqual(["r: seq 2 twice"]);
  });

  test("finds a gap, at the start too", () => {
    expect(check(sent, read([1, "a"], [3, "b"], [4, "c"])).gaps).toEqual(["r: seq 2"]);
    expect(check(sent, read([2, "a"], [3, "b"], [4, "c"])).gaps).toEqual(["r: seq 1"]);
  });

  test("finds a writer's events in another order", () => {
    expect(check(sent, read([1, "b"], [2, "a"], [3, "c"])).disordered).toEqual(["r/b: seq 1 after 2"]);
  });

  test("finds what nobody sent", () => {
    expect(check(sent, read([1, "a"], [2, "b"], [3, "c"], [4, "x"])).invented).toEqual(["r/x"]);
    expect(check([], read([1, "a"])).invented).toEqual(["r"]);
  });
});
