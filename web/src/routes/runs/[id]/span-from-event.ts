import type { RunEvent, SpanRow } from "#lib/api.ts";
import { rfc3339 } from "#lib/time.ts";
import type { SpanData } from "../../../../../src/events/span.ts";

/** The row of a span that came in live; the same as `GET /api/runs/:id/spans` would answer. null for other events. */
export function spanFromEvent(event: Pick<RunEvent, "seq" | "type" | "data">): SpanRow | null {
  const started = event.type === "SPAN_STARTED";
  if (event.type !== "SPAN" && !started) return null;
  const span = event.data as SpanData;
  const { facts, end_time_unix_nano: end } = span;
  const ended = started || end === "0" ? null : end;
  const { cost } = facts;
  const service = span.resource["service.name"];
  return {
    seq: event.seq,
    span_id: span.span_id,
    parent_span_id: span.parent_span_id,
    name: span.name,
    kind: span.kind,
    step: facts.step,
    status: started ? "unset" : facts.error !== undefined ? "error" : span.status.code,
    status_message: started ? null : (facts.error ?? span.status.message ?? null),
    service: typeof service === "string" ? service : null,
    started_at: rfc3339(span.start_time_unix_nano),
    ended_at: ended === null ? null : rfc3339(ended),
    duration_ms: ended === null ? null : Number(BigInt(ended) - BigInt(span.start_time_unix_nano)) / 1e6,
    model: facts.model ?? null,
    provider: facts.provider ?? null,
    tool_name: facts.tool_name ?? null,
    agent_name: facts.agent_name ?? null,
    input_tokens: facts.usage?.input ?? null,
    cached_input_tokens: facts.usage?.cached ?? null,
    output_tokens: facts.usage?.output ?? null,
    reasoning_tokens: facts.usage?.reasoning ?? null,
    time_to_first_token_ms: facts.time_to_first_token_ms ?? null,
    cost_usd: cost && cost.nano_usd !== null ? cost.nano_usd / 1e9 : null,
    unpriced: cost && "reason" in cost ? cost.reason : null,
    event_count: span.events.length,
  };
}
