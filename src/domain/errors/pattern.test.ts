import { expect, test } from "vitest";
import { patternOf } from "./pattern.ts";

test.each([
  ["Rate limit reached: 20 requests in 1.5s", "Rate limit reached: <n> requests in <n>s"],
  ['No such tool: "web_search"', "No such tool: <text>"],
  ["Can't find 'it'; it's gone", "Can't find <text>; it's gone"],
  ["GET https://api.test/v1/x?id=3 gave 503", "GET <url> gave <n>"],
  ["run 3f2504e0-4f89-11d3-9a0c-0305e82c3301 is gone", "run <id> is gone"],
  ["request req_011CQabcdefgh failed", "request <id> failed"],
  ["trace 4bf92f3577b34da6a3ce929d0e0e4736", "trace <id>"],
  ["model gpt-4o is not there", "model gpt-4o is not there"],
  ["Timeout\n  after   30000 ms", "Timeout after <n> ms"],
  ["at 10:20:30 on host-7", "at <n> on host-<n>"],
  ["connect ECONNREFUSED 127.0.0.1:8787", "connect ECONNREFUSED <n>"],
  ["", ""],
])("%s -> %s", (message, pattern) => {
  expect(patternOf(message)).toBe(pattern);
});

test("a message without an end does not take long", () => {
  expect(patternOf(`${"a1-".repeat(500_000)}`).length).toBeLessThanOrEqual(200);
});
