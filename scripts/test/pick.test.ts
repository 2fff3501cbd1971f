import { expect, test } from "vitest";
import { pick } from "./pick.ts";

const ALL = ["types", "unit", "faults"];

test("picks all stages, or those that are named, in their own order", () => {
  expect(pick([], ALL)).toEqual({ names: ALL, full: false });
  expect(pick(["--only", "faults,types"], ALL)).toEqual({ names: ["types", "faults"], full: false });
  expect(pick(["--only", "faults", "--full"], ALL)).toEqual({ names: ["faults"], full: true });
  expect(pick(["--full"], ALL)).toEqual({ names: ALL, full: true });
});

test("refuses what it does not know, with the usage", () => {
  for (const args of [["--only"], ["--only", "odd"], ["unit"], ["--only", "unit", "more"], ["--fast"]]) {
    expect(() => pick(args, ALL)).toThrow("Usage: npm test -- --only <stages> [--full]. Stages: types, unit, faults.");
  }
});
