import type { DecodedLogs, DecodedTraces } from "../model.ts";
import { decodeTracesJson } from "./json.ts";
import { decodeLogsJson } from "./json-logs.ts";
import { countDataPointsJson } from "./json-metrics.ts";
import { decodeTracesProtobuf } from "./protobuf.ts";
import { decodeLogsProtobuf } from "./protobuf-logs.ts";
import { countDataPointsProtobuf } from "./protobuf-metrics.ts";

/** The two encodings of OTLP/HTTP. */
export type OtlpType = "json" | "protobuf";

/**
 * Decodes the (already decompressed) body of a trace export. Spans that cannot be taken are counted, not thrown.
 * @throws AppError `undecodable_body`
 */
export function decodeTraces(type: OtlpType, bytes: Uint8Array): DecodedTraces {
  return type === "json" ? decodeTracesJson(bytes) : decodeTracesProtobuf(bytes);
}

/**
 * Decodes the (already decompressed) body of a log export. Records that cannot be taken are counted, not thrown; one
 * without a span, or with ids that are none, is taken.
 * @throws AppError `undecodable_body`
 */
export function decodeLogs(type: OtlpType, bytes: Uint8Array): DecodedLogs {
  return type === "json" ? decodeLogsJson(bytes) : decodeLogsProtobuf(bytes);
}

/**
 * How many data points the (already decompressed) body of a metric export holds, of all five kinds.
 * @throws AppError `undecodable_body`
 */
export function countDataPoints(type: OtlpType, bytes: Uint8Array): number {
  return type === "json" ? countDataPointsJson(bytes) : countDataPointsProtobuf(bytes);
}
