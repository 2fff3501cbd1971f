import { expect, it } from "vitest";
import { snippets } from "./snippets.ts";

const all = snippets("https://runlight.example", "rl_key", Date.parse("2026-11-21T12:00:00Z"));

it("carries the real endpoint and key in every snippet", () => {
  for (const { text } of all) {
    expect(text).toContain("https://runlight.example");
    expect(text).toContain("rl_key");
  }
});

it("sends valid OTLP with curl, a new trace each time", () => {
  const body = (text = "") => JSON.parse(/-d '(.*)'$/s.exec(text)?.[1] ?? "null");
  const span = body(all[0]?.text).resourceSpans[0].scopeSpans[0].spans[0];
  expect(span).toMatchObject({
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    startTimeUnixNano: "1795262398800000000",
    endTimeUnixNano: "1795262400000000000",
  });
  const later = body(snippets("https://r.example", "k", Date.parse("2026-11-21T12:00:05Z"))[0]?.text);
  expect(later.resourceSpans[0].scopeSpans[0].spans[0].traceId).not.toBe(span.traceId);
});
