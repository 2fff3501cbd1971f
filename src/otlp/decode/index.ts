import type { DecodedTraces } from "../model.ts";
import { decodeTracesJson } from "./json.ts";
import { decodeTracesProtobuf } from "./protobuf.ts";

/** The two encodings of OTLP/HTTP. */
export type OtlpType = "json" | "protobuf";

/**
 * Decodes the (already decompressed) body of a trace export. Spans that cannot be taken are counted, not thrown.
 * @throws AppError `undecodable_body`
 */
export function decodeTraces(type: OtlpType, bytes: Uint8Array): DecodedTraces {
  return type === "json" ? decodeTracesJson(bytes) : decodeTracesProtobuf(bytes);
}
