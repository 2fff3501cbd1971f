import { maxNano, minNano, type Nano, NO_TIME, parseRfc3339 } from "../../events/nano.ts";
import type { Attributes, AttributeValue, Span, SpanContext } from "../../events/span.ts";
import type { DecodedTraces } from "../model.ts";
import { doubleValue, setAttribute } from "./attributes.ts";
import { Invalid, MAX_VALUE_DEPTH, TOO_DEEP, undecodable } from "./invalid.ts";

type Json = { [field: string]: unknown };

const CONTEXT: SpanContext = { resource: {}, scope: { name: "openai-agents", version: "" } };

const decoder = new TextDecoder();

/**
 * Decodes what the OpenAI Agents SDK's own tracing sends to `POST /v1/traces/ingest`: `{data: [{object: "trace" |
 * "trace.span", …}]}`. A trace becomes a root span above the spans that have no parent; what a span is goes into
 * attributes of the GenAI conventions, and its whole `span_data` beside them.
 *
 * A trace is sent once, when it starts, a span when it ends: in a long run they come in different requests. Then the
 * trace's times are not known and the spans without a parent stay roots, so that they tell how the run ended.
 * @see https://github.com/openai/openai-agents-js/blob/main/packages/agents-core/src/tracing/spans.ts
 * @throws AppError `undecodable_body`
 */
export function decodeOpenAiAgents(bytes: Uint8Array): DecodedTraces {
  const decoded: DecodedTraces = { groups: [], rejected: 0, reasons: new Map() };
  if (bytes.length === 0) return decoded;
  let body: unknown;
  try {
    body = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw undecodable("it is not valid JSON", error, WHAT);
  }
  if (!isObject(body) || !Array.isArray(body.data)) throw undecodable("it has no list `data`", undefined, WHAT);
  const traces: Span[] = [];
  const spans: Span[] = [];
  for (const item of body.data) {
    try {
      if (!isObject(item)) throw new Invalid("an element of data is not an object");
      if (item.object === "trace") traces.push(readTrace(item));
      else if (item.object === "trace.span") spans.push(readSpan(item));
      else throw new Invalid("an element of data is neither a trace nor a span");
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      decoded.rejected++;
      decoded.reasons.set(error.reason, (decoded.reasons.get(error.reason) ?? 0) + 1);
    }
  }
  giveUsageToCalls(spans);
  for (const trace of traces) putOnTop(trace, spans);
  if (traces.length + spans.length > 0) decoded.groups.push({ context: CONTEXT, spans: [...traces, ...spans] });
  return decoded;
}

const WHAT = "traces of the OpenAI Agents SDK";

function readTrace(raw: Json): Span {
  const traceId = readId(raw.id, 32, "a trace has no id");
  const attributes: Attributes = {
    "openai_agents.span.type": "trace",
    "gen_ai.operation.name": "invoke_workflow",
  };
  const name = text(raw.workflow_name);
  if (name !== undefined) attributes["gen_ai.workflow.name"] = name;
  const group = text(raw.group_id);
  if (group !== undefined) attributes["session.id"] = group;
  if (isObject(raw.metadata)) {
    for (const [key, value] of Object.entries(raw.metadata)) {
      setAttribute(attributes, `openai_agents.metadata.${key}`, plain(value, 0));
    }
  }
  // The zeros put it before a span that starts in the same millisecond, wherever spans are sorted by time and id.
  return span(traceId, `00${hash(traceId, 16).slice(2)}`, null, name ?? "trace", attributes);
}

function readSpan(raw: Json): Span {
  const data = isObject(raw.span_data) ? raw.span_data : {};
  const attributes = spanAttributes(data);
  const parent = raw.parent_id;
  const read = span(
    readId(raw.trace_id, 32, "a span has no trace_id"),
    readId(raw.id, 16, "a span has no id"),
    parent === null || parent === undefined ? null : readId(parent, 16, "parent_id is not a string"),
    nameOf(data),
    attributes,
  );
  read.start_time_unix_nano = time(raw.started_at);
  read.end_time_unix_nano = time(raw.ended_at);
  if (MODEL_CALLS.has(typeOf(data))) read.kind = "client";
  if (isObject(raw.error)) {
    read.status = { code: "error", message: text(raw.error.message) ?? "error" };
    if (raw.error.data !== undefined) attributes["openai_agents.error.data"] = plain(raw.error.data, 0);
  }
  return read;
}

function span(traceId: string, spanId: string, parentId: string | null, name: string, attributes: Attributes): Span {
  return {
    trace_id: traceId,
    span_id: spanId,
    parent_span_id: parentId,
    name,
    kind: "internal",
    start_time_unix_nano: NO_TIME,
    end_time_unix_nano: NO_TIME,
    status: { code: "unset" },
    attributes,
    events: [],
    links: [],
  };
}

const MODEL_CALLS = new Set(["response", "generation", "transcription", "speech"]);

/** The SDK sends its own `task` and `turn` as custom spans. */
function typeOf(data: Json): string {
  const type = text(data.type) ?? "custom";
  if (type !== "custom" || !isObject(data.data)) return type;
  return text(data.data.sdk_span_type) ?? type;
}

function nameOf(data: Json): string {
  const inner = isObject(data.data) ? data.data : {};
  const type = typeOf(data);
  if (type === "turn" && typeof inner.turn === "number") return `turn ${inner.turn}`;
  if (type === "task") return text(inner.name) ?? type;
  if (type === "handoff") return `handoff to ${text(data.to_agent) ?? "another agent"}`;
  return text(data.name) ?? text(data.model) ?? type;
}

function spanAttributes(data: Json): Attributes {
  const type = typeOf(data);
  const attributes: Attributes = { "openai_agents.span.type": type };
  const inner = isObject(data.data) ? data.data : {};
  const set = (key: string, value: string | undefined) => {
    if (value !== undefined) attributes[key] = value;
  };
  set("gen_ai.operation.name", OPERATIONS.get(type));
  switch (type) {
    case "agent":
      set("gen_ai.agent.name", text(data.name));
      break;
    case "turn":
      set("gen_ai.agent.name", text(inner.agent_name));
      break;
    case "function":
      set("gen_ai.tool.name", text(data.name));
      break;
    case "response":
      // Only OpenAI's own API gives these.
      attributes["gen_ai.provider.name"] = "openai";
      set("gen_ai.response.id", text(data.response_id));
      set("gen_ai.response.model", text(data.model));
      break;
    default:
      set("gen_ai.request.model", text(data.model));
  }
  const usage = data.usage ?? inner.usage;
  if (isObject(usage)) addUsage(attributes, usage);
  attributes["openai_agents.span_data"] = plain(data, 0);
  return attributes;
}

const OPERATIONS = new Map([
  ["agent", "invoke_agent"],
  ["task", "invoke_workflow"],
  ["turn", "agent_step"],
  ["function", "execute_tool"],
  ["response", "chat"],
  ["generation", "chat"],
]);

/** Input includes cached tokens, as OpenAI's APIs count. What the SDK has no name for is in `details` as the API sent it. */
function addUsage(attributes: Attributes, usage: Json): void {
  const details = isObject(usage.details) ? usage.details : {};
  const part = (name: string) => [usage[name], details[name]].find(isObject) ?? {};
  const input = { ...part("prompt_tokens_details"), ...part("input_tokens_details") };
  const output = { ...part("completion_tokens_details"), ...part("output_tokens_details") };
  const counts: [string, unknown][] = [
    ["gen_ai.usage.input_tokens", usage.input_tokens ?? usage.prompt_tokens],
    ["gen_ai.usage.cache_read.input_tokens", usage.cached_input_tokens ?? input.cached_tokens],
    ["gen_ai.usage.cache_creation.input_tokens", usage.cache_write_input_tokens],
    ["gen_ai.usage.output_tokens", usage.output_tokens ?? usage.completion_tokens],
    ["gen_ai.usage.reasoning.output_tokens", output.reasoning_tokens],
  ];
  for (const [key, count] of counts) if (typeof count === "number" && Number.isFinite(count)) attributes[key] = count;
}

/**
 * A turn of the agent's loop calls the model once. The SDK knows the usage of the turn but writes none on the `response`
 * span of the call inside: there it belongs, or the two would look like two calls.
 */
function giveUsageToCalls(spans: Span[]): void {
  const calls = new Map<string, Span | null>();
  for (const span of spans) {
    if (span.attributes["gen_ai.operation.name"] !== "chat" || span.parent_span_id === null) continue;
    const key = span.trace_id + span.parent_span_id;
    calls.set(key, calls.has(key) || hasUsage(span) ? null : span);
  }
  for (const turn of spans) {
    if (turn.attributes["openai_agents.span.type"] !== "turn") continue;
    const call = calls.get(turn.trace_id + turn.span_id);
    if (!call) continue;
    for (const key of Object.keys(turn.attributes)) {
      if (!key.startsWith("gen_ai.usage.")) continue;
      call.attributes[key] = turn.attributes[key] as AttributeValue;
      delete turn.attributes[key];
    }
  }
}

function hasUsage({ attributes }: Span): boolean {
  return (
    attributes["gen_ai.usage.input_tokens"] !== undefined || attributes["gen_ai.usage.output_tokens"] !== undefined
  );
}

/** Makes a trace the parent of its spans that have none; it lasts as long as they do and ends as the last of them. */
function putOnTop(trace: Span, spans: Span[]): void {
  let start: Nano | null = null;
  let last: Span | undefined;
  for (const span of spans) {
    if (span.trace_id !== trace.trace_id) continue;
    start = minNano(start, span.start_time_unix_nano);
    if (span.parent_span_id !== null) continue;
    span.parent_span_id = trace.span_id;
    const end = last?.end_time_unix_nano ?? null;
    if (maxNano(end, span.end_time_unix_nano) !== end || last === undefined) last = span;
  }
  if (last === undefined) return;
  trace.start_time_unix_nano = start ?? NO_TIME;
  trace.end_time_unix_nano = last.end_time_unix_nano;
  trace.status = last.status;
}

/**
 * An id in OTLP's length. The SDK's own (`trace_` and 32 hex digits, `span_` and 24) keep their first digits, so that a
 * trace's id is found again; an id of the caller's making is hashed.
 */
function readId(id: unknown, digits: 16 | 32, missing: string): string {
  if (typeof id !== "string" || id === "") throw new Invalid(missing);
  const hex = /^(?:trace_|span_)?([0-9a-f]{16,32})$/i.exec(id)?.[1]?.toLowerCase().slice(0, digits);
  return hex?.length === digits && /[1-9a-f]/.test(hex) ? hex : hash(id, digits);
}

/** The same digits for the same text: FNV-1a over UTF-16 units, 32 bits at a time, each from another start. */
function hash(text: string, digits: number): string {
  let hex = "";
  for (let seed = 1; hex.length < digits; seed++) {
    let sum = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1);
    for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
    // The last bits of FNV mix badly; an id must not be all zeros.
    sum ^= sum >>> 15;
    hex += ((Math.imul(sum, 0x2c1b3c6d) | 1) >>> 0).toString(16).padStart(8, "0");
  }
  return hex;
}

function time(value: unknown): Nano {
  return typeof value === "string" ? (parseRfc3339(value) ?? NO_TIME) : NO_TIME;
}

/** A value of JSON as an attribute can hold it. */
function plain(value: unknown, depth: number): AttributeValue {
  if (depth > MAX_VALUE_DEPTH) throw new Invalid(TOO_DEEP);
  if (typeof value === "number") return doubleValue(value);
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  if (!isObject(value)) return value as string | boolean | null;
  const read: Attributes = {};
  for (const key of Object.keys(value)) setAttribute(read, key, plain(value[key], depth + 1));
  return read;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
