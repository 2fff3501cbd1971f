import type { Step } from "./step.ts";

/** For tests: a span from one millisecond of its run to another. */
export function step(
  span_id: string,
  parent_span_id: string | null,
  from: number,
  to: number | null,
  more: Partial<Step> = {},
): Step {
  const time = (ms: number) => new Date(1_795_000_000_000 + ms).toISOString();
  const base = {
    seq: 1,
    span_id,
    parent_span_id,
    name: span_id,
    kind: "internal",
    step: "span",
    status: "ok",
    status_message: null,
    service: null,
    started_at: time(from),
    ended_at: to === null ? null : time(to),
    duration_ms: to === null ? null : to - from,
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
    from,
    to,
    counted: false,
    input: null,
    output: null,
  } as const;
  return { ...base, ...more };
}
