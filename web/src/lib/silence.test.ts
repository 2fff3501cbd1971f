import { expect, it } from "vitest";
import { silence } from "./silence.ts";

const NOW = Date.parse("2026-11-21T12:00:00.000Z");

it.each([
  ["running", "2026-11-21T11:58:00.001Z", null],
  ["running", "2026-11-21T11:58:00.000Z", "silent for 2 min"],
  ["running", "2026-11-21T11:56:01.000Z", "silent for 3 min"],
  ["running", "2026-11-21T09:59:00.000Z", "silent for 2 h"],
  // Another clock is ahead.
  ["running", "2026-11-21T12:10:00.000Z", null],
  ["success", "2026-11-21T11:00:00.000Z", null],
] as const)("a run that is %s and was heard of at %s: %s", (status, seen_at, text) => {
  expect(silence({ status, seen_at }, NOW)).toBe(text);
});
