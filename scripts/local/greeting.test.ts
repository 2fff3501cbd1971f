import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { firstTrace, greeting } from "./greeting.ts";

/** What curl would be called with, once a shell has read the line. */
function argumentsOf(line: string): string[] {
  const script = `curl() { for arg in "$@"; do printf '%s\\0' "$arg"; done; }; ${line}`;
  return execFileSync("sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
}

test("a shell makes one OTLP request of the printed line, with a trace id and the time of each paste", () => {
  const line = firstTrace("http://127.0.0.1:8787", "rl_key");
  expect(line).not.toContain("\n");
  const args = argumentsOf(line);
  expect(args.slice(0, -1)).toEqual([
    "-sS",
    "http://127.0.0.1:8787/v1/traces",
    "-H",
    "Authorization: Bearer rl_key",
    "-H",
    "Content-Type: application/json",
    "-d",
  ]);
  const spanIn = (body = "") => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans[0];
  const span = spanIn(args.at(-1));
  expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(span.spanId).toMatch(/^[0-9a-f]{16}$/);
  expect(Math.abs(Number(BigInt(span.startTimeUnixNano) / 1_000_000n) - Date.now())).toBeLessThan(10_000);
  expect(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)).toBe(850_000_000n);
  expect(spanIn(argumentsOf(line).at(-1)).traceId).not.toBe(span.traceId);
});

test("the greeting holds the link, the endpoint and the key; without a token the link still leads to sign-in", () => {
  const facts = { origin: "http://127.0.0.1:1", key: "rl_key", seconds: 1.234 };
  const text = greeting({ ...facts, signInToken: "t0ken" });
  for (const part of [
    "http://127.0.0.1:1/sign-in#token=t0ken",
    "http://127.0.0.1:1/v1/traces",
    "http://127.0.0.1:1/mcp",
    "rl_key",
    "(1.2 s)",
  ]) {
    expect(text).toContain(part);
  }
  expect(greeting({ ...facts, signInToken: undefined })).not.toContain("#token");
});
