import { createHash } from "node:crypto";
import { SPAN_KINDS, type SpanData, STATUS_CODES } from "../../events/span.ts";
import type { Format } from "./format.ts";
import { keyValues } from "./otlp-values.ts";

/**
 * One OTLP/JSON document of the run's spans, which `POST /v1/traces` takes. Spans keep the log's order, as it is also the
 * order in which they are counted: neighbours of the same resource and scope lie in one list, and a resource that comes
 * again later has a list again. Only spans have a place in it.
 */
export const otlp: Format = {
  ending: ".otlp.json",
  content_type: "application/json",
  event: (event, open) => {
    if (event.type !== "SPAN") return null;
    const data = event.data as SpanData;
    const now = { resource: nameOf(data.resource), scope: nameOf(data.scope) };
    const span = JSON.stringify(otlpSpan(data));
    if (now.resource === open.resource && now.scope === open.scope) return { text: `,\n${span}`, open };
    const { attributes, ...scope } = data.scope;
    const list = `{"scope":${JSON.stringify({ ...scope, ...some("attributes", keyValues(attributes ?? {})) })},"spans":[\n${span}`;
    if (now.resource === open.resource) return { text: `\n]},${list}`, open: now };
    const resource = JSON.stringify(some("attributes", keyValues(data.resource)));
    return { text: `${open.resource ? "\n]}]}," : BEGIN}{"resource":${resource},"scopeSpans":[${list}`, open: now };
  },
  end: (open) => (open.resource ? "\n]}]}]}\n" : `${BEGIN}]}\n`),
};

const BEGIN = '{"resourceSpans":[';

/** Spans of one request share these objects: each is read once. */
const names = new WeakMap<object, string>();

function nameOf(shared: object): string {
  const known = names.get(shared);
  if (known !== undefined) return known;
  const name = createHash("sha256").update(JSON.stringify(shared)).digest("base64url").slice(0, 22);
  names.set(shared, name);
  return name;
}

/** In the order of OTLP's own fields; what is a default in protobuf is left out. */
function otlpSpan(span: SpanData) {
  return {
    traceId: span.trace_id,
    spanId: span.span_id,
    ...some("traceState", span.trace_state),
    ...some("parentSpanId", span.parent_span_id),
    ...some("flags", span.flags),
    name: span.name,
    kind: SPAN_KINDS.indexOf(span.kind),
    startTimeUnixNano: span.start_time_unix_nano,
    endTimeUnixNano: span.end_time_unix_nano,
    ...some("attributes", keyValues(span.attributes)),
    ...some("droppedAttributesCount", span.dropped_attributes_count),
    ...some(
      "events",
      span.events.map((event) => ({
        timeUnixNano: event.time_unix_nano,
        name: event.name,
        ...some("attributes", keyValues(event.attributes)),
        ...some("droppedAttributesCount", event.dropped_attributes_count),
      })),
    ),
    ...some("droppedEventsCount", span.dropped_events_count),
    ...some(
      "links",
      span.links.map((link) => ({
        traceId: link.trace_id,
        spanId: link.span_id,
        ...some("traceState", link.trace_state),
        ...some("attributes", keyValues(link.attributes)),
        ...some("droppedAttributesCount", link.dropped_attributes_count),
        ...some("flags", link.flags),
      })),
    ),
    ...some("droppedLinksCount", span.dropped_links_count),
    status: { ...some("message", span.status.message), code: STATUS_CODES.indexOf(span.status.code) },
  };
}

/** The field, unless there is nothing in it. */
function some<K extends string, T>(key: K, value: T | null | undefined): { [key in K]?: T } {
  const nothing = value === null || value === undefined || value === 0 || value === "";
  if (nothing || (Array.isArray(value) && value.length === 0)) return {};
  return { [key]: value } as { [key in K]: T };
}
