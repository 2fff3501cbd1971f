import type { LogRecord } from "../../events/log-record.ts";
import type { AttributeValue } from "../../events/span.ts";
import type { DecodedLogs } from "../model.ts";
import { Invalid } from "./invalid.ts";
import { eachScope, readBody, readEach } from "./json-envelopes.ts";
import { attributes, BAD_DROPPED, id, nano, type Raw, text, uint32, value } from "./json-values.ts";
import { logRecord } from "./log-record.ts";

/**
 * Decodes an ExportLogsServiceRequest in OTLP/JSON, by the rules of `decodeTracesJson`. A bad id counts as none, as a log
 * record needs no span.
 * @throws AppError `undecodable_body` when the bytes are no JSON object or its envelopes are malformed
 */
export function decodeLogsJson(bytes: Uint8Array): DecodedLogs {
  const decoded: DecodedLogs = { groups: [], rejected: 0, reasons: new Map() };
  readBody(bytes, "an OTLP log request", (request) => {
    eachScope(request, LISTS, (items, context) => {
      const records = readEach(items, readRecord, decoded);
      if (records.length > 0) decoded.groups.push({ context, records });
    });
  });
  return decoded;
}

const LISTS = { ofResources: "resourceLogs", ofScopes: "scopeLogs", ofItems: "logRecords" };

function readRecord(item: unknown): LogRecord {
  if (typeof item !== "object" || item === null) throw new Invalid("a log record is not an object");
  const raw = item as Raw;
  return logRecord({
    traceId: id(raw.traceId, 32),
    spanId: id(raw.spanId, 16),
    time: nano(raw.timeUnixNano, "timeUnixNano is not an unsigned 64-bit integer"),
    observedTime: nano(raw.observedTimeUnixNano, "observedTimeUnixNano is not an unsigned 64-bit integer"),
    eventName: text(raw.eventName, "eventName is not a string"),
    severityText: text(raw.severityText, "severityText is not a string"),
    // As with a span's enums: a name is not valid OTLP and reads as unspecified.
    severityNumber: typeof raw.severityNumber === "number" ? raw.severityNumber : 0,
    body: body(raw.body),
    attributes: attributes(raw.attributes, 0),
    droppedAttributes: uint32(raw.droppedAttributesCount, BAD_DROPPED),
  });
}

function body(raw: unknown): AttributeValue {
  // A bare text is what people write by hand: the reason should name the field.
  const isObject = typeof raw === "object" && !Array.isArray(raw);
  if (raw !== undefined && !isObject) throw new Invalid("body is not an object such as {stringValue}");
  return value(raw, 0);
}
