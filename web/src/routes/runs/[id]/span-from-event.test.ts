import { expect, it } from "vitest";
import type { SpanData } from "../../../../../src/events/span.ts";
import { spanFromEvent } from "./span-from-event.ts";

const data: SpanData = {
  trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
  span_id: "00f067aa0ba902b7",
  parent_span_id: null,
  name: "chat gpt-5-mini",
  kind: "client",
  start_time_unix_nano: "1795253400123456789",
  end_time_unix_nano: "1795253401123456789",
  status: { code: "ok" },
  attributes: {},
  events: [{ name: "first token", time_unix_nano: "1795253400200000000", attributes: {} }],
  links: [],
  resource: { "service.name": "api" },
  scope: { name: "ai", version: "7" },
  facts: {
    step: "llm",
    model: "gpt-5-mini",
    provider: "openai",
    usage: { input: 12, cached: 0, cache_write: null, output: 34, reasoning: null },
    time_to_first_token_ms: 76.5,
    cost: { nano_usd: 71_000, version: "genai-prices@0.1.8" },
  },
};

it("makes the row that the list of spans would have", () => {
  expect(spanFromEvent({ seq: 7, type: "SPAN", data })).toEqual({
    seq: 7,
    span_id: "00f067aa0ba902b7",
    parent_span_id: null,
    name: "chat gpt-5-mini",
    kind: "client",
    step: "llm",
    status: "ok",
    status_message: null,
    service: "api",
    started_at: "2026-11-21T09:30:00.123456789Z",
    ended_at: "2026-11-21T09:30:01.123456789Z",
    duration_ms: 1000,
    model: "gpt-5-mini",
    provider: "openai",
    tool_name: null,
    agent_name: null,
    input_tokens: 12,
    cached_input_tokens: 0,
    output_tokens: 34,
    reasoning_tokens: null,
    time_to_first_token_ms: 76.5,
    cost_usd: 0.000_071,
    unpriced: null,
    event_count: 1,
  });
});

it("shows an error that only the facts know", () => {
  const failed = { ...data, facts: { step: "tool" as const, error: "HTTP 500" } };
  expect(spanFromEvent({ seq: 1, type: "SPAN", data: failed })).toMatchObject({
    status: "error",
    status_message: "HTTP 500",
    input_tokens: null,
    time_to_first_token_ms: null,
    cost_usd: null,
    unpriced: null,
  });
});

it("knows why a call has no cost", () => {
  const facts = { ...data.facts, cost: { nano_usd: null, reason: "unknown_model" as const } };
  expect(spanFromEvent({ seq: 1, type: "SPAN", data: { ...data, facts } })).toMatchObject({
    cost_usd: null,
    unpriced: "unknown_model",
  });
});

it("has no end for a span that has only begun, and none that was not said", () => {
  const begun = { ...data, end_time_unix_nano: "0", events: [] };
  const open = { ended_at: null, duration_ms: null };
  expect(spanFromEvent({ seq: 1, type: "SPAN_STARTED", data: begun })).toMatchObject({ ...open, status: "unset" });
  expect(spanFromEvent({ seq: 1, type: "SPAN", data: begun })).toMatchObject({ ...open, status: "ok" });
});

it("leaves other events alone", () => {
  expect(spanFromEvent({ seq: 1, type: "CUSTOM", data: { name: "x" } })).toBeNull();
});
