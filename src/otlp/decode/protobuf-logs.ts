import type { LogRecord } from "../../events/log-record.ts";
import type { DecodedLogs } from "../model.ts";
import { type LogFields, logRecord } from "./log-record.ts";
import { readBody, readRequest } from "./protobuf-envelopes.ts";
import { field, hexId, readAttribute, readValue, unknown } from "./protobuf-values.ts";
import { BYTES, FIXED32, FIXED64, VARINT, type WireReader } from "./wire.ts";

/**
 * Decodes an ExportLogsServiceRequest in binary protobuf. Gives what `decodeLogsJson` gives for the same content.
 * @throws AppError `undecodable_body` when the bytes are no such message: cut off, a known field of another wire type …
 */
export function decodeLogsProtobuf(bytes: Uint8Array): DecodedLogs {
  const decoded: DecodedLogs = { groups: [], rejected: 0, reasons: new Map() };
  readBody(bytes, "an OTLP log request", (reader) => {
    readRequest<LogRecord>(reader, {
      read: (at, records) => records.push(readRecord(at)),
      take: (records, context) => decoded.groups.push({ context, records }),
    });
  });
  return decoded;
}

// The numbers in the cases are field numbers of opentelemetry/proto/logs/v1.

/** The `name` of a record in the first versions; reserved since. */
const OLD_NAME = 4;

function readRecord(reader: WireReader): LogRecord {
  const outer = reader.enter();
  const fields: LogFields = {
    traceId: null,
    spanId: null,
    time: "0",
    observedTime: "0",
    eventName: "",
    severityText: "",
    severityNumber: 0,
    body: null,
    attributes: {},
    droppedAttributes: 0,
  };
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case field(1, FIXED64):
        fields.time = reader.fixed64();
        break;
      case field(2, VARINT):
        fields.severityNumber = reader.uint32();
        break;
      case field(3, BYTES):
        fields.severityText = reader.string();
        break;
      case field(5, BYTES):
        fields.body = readValue(reader, 0);
        break;
      case field(6, BYTES):
        readAttribute(reader, fields.attributes, 0);
        break;
      case field(7, VARINT):
        fields.droppedAttributes = reader.uint32();
        break;
      case field(8, FIXED32):
        reader.skip(tag);
        break;
      case field(9, BYTES):
        fields.traceId = hexId(reader.bytesField(), 16);
        break;
      case field(10, BYTES):
        fields.spanId = hexId(reader.bytesField(), 8);
        break;
      case field(11, FIXED64):
        fields.observedTime = reader.fixed64();
        break;
      case field(12, BYTES):
        fields.eventName = reader.string();
        break;
      default:
        if (tag >>> 3 === OLD_NAME) reader.skip(tag);
        else unknown(reader, tag, 12);
    }
  }
  reader.leave(outer);
  return logRecord(fields);
}
