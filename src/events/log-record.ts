import type { Nano } from "./nano.ts";
import type { Attributes, AttributeValue, SpanContext } from "./span.ts";

/** An OpenTelemetry log record in plain JSON. Ids are lower-case hex, null if there are none. */
export interface LogRecord {
  trace_id: string | null;
  span_id: string | null;
  /** When it happened; where the sender did not say, when it was seen. */
  time_unix_nano: Nano;
  /** `eventName`, or the attribute `event.name` by which older senders say it. */
  event_name?: string;
  /** `severityText`, else the number's name (`INFO`, `WARN` …). */
  severity?: string;
  body: AttributeValue;
  attributes: Attributes;
  dropped_attributes_count?: number;
}

/** The `data` of a `LOG` event as readers see it: a record that carries messages of the span it names. */
export interface LogData extends LogRecord, SpanContext {
  trace_id: string;
  span_id: string;
}
