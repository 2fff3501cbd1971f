import { describe, expect, test } from "vitest";
import { Window } from "./window.ts";

describe("how far a reader is behind", () => {
  test("is what the runtime holds, for one that never acknowledges", () => {
    const window = new Window(1000);
    window.send(900, 1);
    expect([window.behind(0), window.behind(700)]).toEqual([0, 700]);
  });

  test("is everything that was sent, where the runtime does not say", () => {
    const window = new Window(1000);
    window.send(400, 1);
    window.send(500, 2);
    expect(window.behind(undefined)).toBe(900);
    window.acknowledge(1);
    expect(window.behind(undefined)).toBe(500);
  });

  test("is what it did not acknowledge from its first acknowledgement on, but never less than the runtime holds", () => {
    const window = new Window(1000);
    window.send(400, 1);
    window.send(500, 2);
    window.acknowledge(1);
    expect([window.behind(0), window.behind(700)]).toEqual([500, 700]);
    // It cannot have read what was not sent.
    window.acknowledge(99);
    window.send(300, 3);
    expect([window.behind(0), window.behind(300)]).toEqual([300, 300]);
  });

  test("an old or foreign seq changes nothing", () => {
    const window = new Window(1000);
    window.acknowledge(-5);
    window.send(100, 8);
    window.acknowledge(7);
    expect(window.behind(0)).toBe(100);
  });

  test("small frames are told apart in steps of a part of the window, none of which is lost", () => {
    const window = new Window(64_000);
    for (let seq = 1; seq <= 3_000; seq++) {
      window.send(10, seq);
      if (seq % 100 === 0) window.acknowledge(seq);
      expect(window.behind(0)).toBeLessThanOrEqual(2_000 + 10 * seq * Number(seq < 100));
    }
    window.acknowledge(3_000);
    expect(window.behind(0)).toBe(0);
  });
});
