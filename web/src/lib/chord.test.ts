import { expect, it } from "vitest";
import { Chord } from "./chord.ts";

it("waits a moment for the second key, once", () => {
  const chord = new Chord();
  expect(chord.take(0)).toBe(false);
  chord.begin(100);
  expect([chord.take(900), chord.take(901)]).toEqual([true, false]);
  chord.begin(1000);
  expect(chord.take(2500)).toBe(false);
});
