import { readBody } from "./json-envelopes.ts";
import { list, object, optionalObject } from "./json-values.ts";

/** The kinds of metric; each has a list of data points. */
const KINDS = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"] as const;

/**
 * How many data points an ExportMetricsServiceRequest in OTLP/JSON holds.
 * @throws AppError `undecodable_body` when the bytes are no JSON object or its lists are malformed
 */
export function countDataPointsJson(bytes: Uint8Array): number {
  let points = 0;
  readBody(bytes, "an OTLP metric request", (request) => {
    for (const ofResource of list(request.resourceMetrics, "resourceMetrics")) {
      const scopes = object(ofResource, "an element of resourceMetrics").scopeMetrics;
      for (const ofScope of list(scopes, "scopeMetrics")) {
        for (const metric of list(object(ofScope, "an element of scopeMetrics").metrics, "metrics")) {
          const fields = object(metric, "a metric");
          for (const kind of KINDS) points += list(optionalObject(fields[kind], kind).dataPoints, "dataPoints").length;
        }
      }
    }
  });
  return points;
}
