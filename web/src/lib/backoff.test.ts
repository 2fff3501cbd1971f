import { expect, it } from "vitest";
import { backoff } from "./backoff.ts";

it("waits longer each time, to a limit, and half of it is chance", () => {
  expect([0, 1, 2, 3].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 4000]);
  expect(backoff(0, 0)).toBe(250);
  expect(backoff(50, 1)).toBe(20_000);
});
