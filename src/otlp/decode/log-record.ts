import type { LogRecord } from "../../events/log-record.ts";
import { type Nano, NO_TIME } from "../../events/nano.ts";
import type { Attributes, AttributeValue } from "../../events/span.ts";

/** A log record's fields as either encoding holds them, with proto3's defaults for what is absent. */
export interface LogFields {
  traceId: string | null;
  spanId: string | null;
  time: Nano;
  observedTime: Nano;
  eventName: string;
  severityText: string;
  severityNumber: number;
  body: AttributeValue;
  attributes: Attributes;
  droppedAttributes: number;
}

/** OTLP's SeverityNumber has four steps of each: 1 to 4 are TRACE, 21 to 24 FATAL. */
const SEVERITIES = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;

/** The record that these fields make: the rules that both encodings share. */
export function logRecord(fields: LogFields): LogRecord {
  const record: LogRecord = {
    trace_id: fields.traceId,
    span_id: fields.spanId,
    time_unix_nano: fields.time === NO_TIME ? fields.observedTime : fields.time,
    body: fields.body,
    attributes: fields.attributes,
  };
  const named = fields.attributes["event.name"];
  const eventName = fields.eventName === "" && typeof named === "string" ? named : fields.eventName;
  if (eventName !== "") record.event_name = eventName;
  const severity = fields.severityText === "" ? severityName(fields.severityNumber) : fields.severityText;
  if (severity !== undefined) record.severity = severity;
  if (fields.droppedAttributes !== 0) record.dropped_attributes_count = fields.droppedAttributes;
  return record;
}

function severityName(number: number): string | undefined {
  return Number.isInteger(number) ? SEVERITIES[Math.floor((number - 1) / 4)] : undefined;
}
