import type { Attributes, AttributeValue, Span } from "../../../src/events/span.ts";
import { DAYS, type MadeTrace, makeTrace, TRACES_A_MILLION } from "./traces.ts";

/** Bytes that a span has on average with what it carries. */
const SPAN_BYTES = 1_500;
const FILLER = "What an instrumentation library adds: arguments, results, versions, stack frames. ".repeat(30);

/** The n-th made-up trace, begun a moment ago. */
export function traceOfNow(n: number): MadeTrace {
  const at = n % TRACES_A_MILLION;
  return makeTrace(
    Math.floor(n / TRACES_A_MILLION) + 100,
    at,
    Date.now() + (1 - (at + 1) / TRACES_A_MILLION) * DAYS * 86_400_000,
  );
}

/** Traces as an OTLP/JSON request. */
export function requestOf(traces: readonly MadeTrace[]): unknown {
  return {
    resourceSpans: traces.map(({ context, spans }) => ({
      resource: { attributes: keyValues(context.resource) },
      scopeSpans: [{ scope: { name: context.scope.name, version: context.scope.version }, spans: spans.map(wireSpan) }],
    })),
  };
}

function wireSpan(span: Span): unknown {
  const size = JSON.stringify(span).length;
  return {
    traceId: span.trace_id,
    spanId: span.span_id,
    ...(span.parent_span_id === null ? {} : { parentSpanId: span.parent_span_id }),
    name: span.name,
    kind: 1,
    startTimeUnixNano: span.start_time_unix_nano,
    endTimeUnixNano: span.end_time_unix_nano,
    attributes: keyValues({ ...span.attributes, note: FILLER.slice(0, Math.max(0, SPAN_BYTES - size)) }),
    status: {
      code: span.status.code === "error" ? 2 : 1,
      ...(span.status.message ? { message: span.status.message } : {}),
    },
  };
}

function keyValues(attributes: Attributes): unknown[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: wireValue(value) }));
}

function wireValue(value: AttributeValue): unknown {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(wireValue) } };
  return typeof value === "number" ? { intValue: String(value) } : { stringValue: String(value) };
}
