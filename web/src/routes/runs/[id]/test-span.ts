import type { SpanRow } from "#lib/api.ts";

const EPOCH = Date.parse("2026-11-21T09:30:00.000Z");

/** A span for tests: its id, its parent's, start and length in milliseconds. */
export function testSpan(
  id: string,
  parent: string | null,
  start = 0,
  length = 10,
  more: Partial<SpanRow> = {},
): SpanRow {
  return {
    seq: Number.parseInt(id, 36),
    span_id: id,
    parent_span_id: parent,
    name: id,
    kind: "internal",
    step: "span",
    status: "unset",
    status_message: null,
    service: null,
    started_at: new Date(EPOCH + start).toISOString(),
    ended_at: new Date(EPOCH + start + length).toISOString(),
    duration_ms: length,
    model: null,
    provider: null,
    tool_name: null,
    agent_name: null,
    input_tokens: null,
    cached_input_tokens: null,
    output_tokens: null,
    reasoning_tokens: null,
    time_to_first_token_ms: null,
    cost_usd: null,
    unpriced: null,
    event_count: 0,
    ...more,
  };
}
