import type { Nano } from "./nano.ts";

/** An attribute value as plain JSON. An int64 beyond 2^53 is a string of digits, NaN and ±Infinity are those words,
 * bytes are `{ bytes: base64 }`. */
export type AttributeValue = string | number | boolean | null | AttributeValue[] | { [key: string]: AttributeValue };
export type Attributes = { [key: string]: AttributeValue };

type Scalar = string | number | boolean | null;
/** What a sender attached to a trace, flat and small. */
export type Metadata = { [key: string]: Scalar | Scalar[] };

/** OTLP's SpanKind in words; the index is the wire number. */
export const SPAN_KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

/** OTLP's StatusCode in words; the index is the wire number. */
export const STATUS_CODES = ["unset", "ok", "error"] as const;
export type StatusCode = (typeof STATUS_CODES)[number];

export interface SpanEvent {
  name: string;
  time_unix_nano: Nano;
  attributes: Attributes;
  dropped_attributes_count?: number;
}

export interface SpanLink {
  trace_id: string;
  span_id: string;
  trace_state?: string;
  attributes: Attributes;
  flags?: number;
  dropped_attributes_count?: number;
}

/** What many spans of one request share: the process and the instrumentation library that made them. */
export interface SpanContext {
  resource: Attributes;
  scope: { name: string; version: string; attributes?: Attributes };
}

/** A span as it came in, in plain JSON. Ids are lower-case hex; `parent_span_id` is null for a root. */
export interface Span {
  trace_id: string;
  span_id: string;
  parent_span_id: string | null;
  name: string;
  kind: SpanKind;
  start_time_unix_nano: Nano;
  end_time_unix_nano: Nano;
  status: { code: StatusCode; message?: string };
  attributes: Attributes;
  events: SpanEvent[];
  links: SpanLink[];
  trace_state?: string;
  flags?: number;
  dropped_attributes_count?: number;
  dropped_events_count?: number;
  dropped_links_count?: number;
}

/** What kind of step a span is in an agent's run, whatever convention said so. */
export const STEP_KINDS = [
  "llm",
  "embedding",
  "tool",
  "agent",
  "chain",
  "retriever",
  "reranker",
  "guardrail",
  "evaluator",
  "span",
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** Tokens of one model call, normalised: `input` includes cached ones, `output` includes reasoning. null = not reported. */
export interface TokenUsage {
  input: number | null;
  cached: number | null;
  cache_write: number | null;
  output: number | null;
  reasoning: number | null;
  /** Of `cache_write`: what is kept for an hour, which costs more. Absent if none was reported. */
  cache_write_1h?: number;
  /** Of `input` and `output`: audio, which has rates of its own. Absent if none was reported. */
  input_audio?: number;
  output_audio?: number;
}

/**
 * What a convention read from a span: small facts only. Messages are read from the attributes when a span is opened,
 * so that a better reader improves old spans too.
 */
export interface SpanFacts {
  step: StepKind;
  operation?: string;
  model?: string;
  provider?: string;
  usage?: TokenUsage;
  /** Milliseconds from the span's start to the first chunk of the answer. */
  time_to_first_token_ms?: number;
  session_id?: string;
  user_id?: string;
  tags?: string[];
  /** A call even if calls lie below it: some senders write a call's facts onto the span around it. */
  own_call?: true;
  tool_name?: string;
  agent_name?: string;
  /** The managed prompt that the call was made with. */
  prompt_name?: string;
  prompt_version?: string;
  /** The application's release, where an attribute says so; most say it once, in the resource's `service.version`. */
  version?: string;
  /** Where it ran, where an attribute says so and not the resource. */
  environment?: string;
  /** What the sender attached to the whole trace, as far as it is small. */
  metadata?: Metadata;
  /** The sender's own figure for this call, in billionths of a dollar: kept beside ours, never instead of it. */
  client_cost_nano_usd?: number;
  /** The provider's service tier as sent ("batch", "flex", "priority"); absent for the standard one. */
  service_tier?: string;
  /** The provider answered this call with an error and gave nothing: it is not billed. */
  refused?: true;
  /** What ingest made of usage and model. Absent on spans that are no call. */
  cost?: CallCost;
  /** A convention may know of an error that the span's status hides, or of a better one-line reason. */
  error?: string;
}

/** Why the cost of a call is not known. */
export const UNPRICED_REASONS = [
  "no_model",
  "no_usage",
  "partial_usage",
  "unknown_provider",
  "unknown_model",
  "no_token_price",
  "local_model",
  "service_tier",
  "refused",
] as const;
export type UnpricedReason = (typeof UNPRICED_REASONS)[number];

/** The cost of a call by the prices of one version, or why there is none. Billionths of a dollar. */
export type CallCost = { nano_usd: number; version: string } | { nano_usd: null; reason: UnpricedReason };

/** The `data` of a `SPAN` event as readers see it. `facts` says how ingest understood the span. */
export interface SpanData extends Span, SpanContext {
  facts: SpanFacts;
}
