import { Invalid } from "./invalid.ts";
import { readBody } from "./protobuf-envelopes.ts";
import { field } from "./protobuf-values.ts";
import { BYTES, type WireReader, WRONG_TYPE } from "./wire.ts";

// The numbers are field numbers of opentelemetry/proto/{collector/metrics,metrics}/v1.

/** Gauge, sum, histogram, exponential histogram and summary, in a metric. */
const KINDS: readonly number[] = [5, 7, 9, 10, 11];

/**
 * How many data points an ExportMetricsServiceRequest in binary protobuf holds. What lies beside or inside them is skipped
 * unread.
 * @throws AppError `undecodable_body` when the bytes are no such message
 */
export function countDataPointsProtobuf(bytes: Uint8Array): number {
  let points = 0;
  const count = (reader: WireReader) => {
    reader.pos = reader.end;
    points++;
  };
  readBody(bytes, "an OTLP metric request", (request) => {
    eachMessage(request, [1], (ofResource) =>
      eachMessage(ofResource, [2], (ofScope) =>
        eachMessage(ofScope, [2], (metric) => eachMessage(metric, KINDS, (kind) => eachMessage(kind, [1], count))),
      ),
    );
  });
  return points;
}

/** Enters each embedded message that has one of these numbers, and skips all else. */
function eachMessage(reader: WireReader, numbers: readonly number[], read: (reader: WireReader) => void): void {
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    const number = tag >>> 3;
    if (!numbers.includes(number)) {
      reader.skip(tag);
      continue;
    }
    if (tag !== field(number, BYTES)) throw new Invalid(WRONG_TYPE);
    const outer = reader.enter();
    read(reader);
    reader.leave(outer);
  }
}
