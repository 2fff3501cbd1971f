import { expect, it } from "vitest";
import { silence } from "./silence.ts";

const NOW = Date.parse("2026-11-21T12:00:00.000Z");

it.each([
  ["running", "2026-11-21T11:58:00.001Z", 2, null],
  ["running", "2026-11-21T11:58:00.000Z", 2, "silent for 2 min"],
  ["running", "2026-11-21T11:56:01.000Z", 2, "silent for 3 min"],
  ["running", "2026-11-21T09:59:00.000Z", 2, "silent for 2 h"],
  ["running", "2026-11-21T11:59:00.000Z", 1, "silent for 1 min"],
  ["running", "2026-11-21T11:30:00.001Z", 30, null],
  ["running", "2026-11-21T11:30:00.000Z", 30, "silent for 30 min"],
  // Another clock is ahead.
  ["running", "2026-11-21T12:10:00.000Z", 2, null],
  ["success", "2026-11-21T11:00:00.000Z", 2, null],
] as const)(
  "a run that is %s and was heard of at %s, where %s minutes are long: %s",
  (status, seen_at, minutes, text) => {
    expect(silence({ status, seen_at, stalled: text === null }, NOW, minutes)).toBe(text);
  },
);

it.each([
  [true, "silent for 30 min"],
  [false, null],
] as const)("before it is known what is long, what the API said holds: stalled %s", (stalled, text) => {
  const run = { status: "running", seen_at: "2026-11-21T11:30:00.000Z", stalled } as const;
  expect(silence(run, NOW, undefined)).toBe(text);
});
