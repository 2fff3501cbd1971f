import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { metricRequests } from "../../../test/fixtures/load.ts";
import { encodeProto, protobufOfJson } from "../../../test/fixtures/proto/encode.ts";
import { AppError } from "../../errors.ts";
import { countDataPoints, type OtlpType } from "./index.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const parse = (body: Uint8Array) => JSON.parse(new TextDecoder().decode(body));

/** How often `dataPoints` holds something, found without knowing where it stands. */
function pointsIn(json: string): number {
  let points = 0;
  JSON.parse(json, (key, value) => {
    if (key === "dataPoints") points += value.length;
    return value;
  });
  return points;
}

function codeOf(type: OtlpType, bytes: Uint8Array): string {
  try {
    return `counted ${countDataPoints(type, bytes)}`;
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

test.each([
  ["claude-code", 7],
  ["otlp-spec-examples", 4],
])("%s, as captured and as protobuf", (name, points) => {
  const [request] = metricRequests(name);
  if (request === undefined) throw new Error(`${name} has no metric request`);
  expect(pointsIn(new TextDecoder().decode(request.body))).toBe(points);
  expect(countDataPoints("json", request.body)).toBe(points);
  expect(countDataPoints("protobuf", protobufOfJson(parse(request.body), "ExportMetricsServiceRequest"))).toBe(points);
});

test("all five kinds count, in every metric, scope and resource", () => {
  const kinds = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];
  // 1, 2, 4, 8 and 16 points, so that the sum says which were counted.
  const metrics = kinds.map((kind, i) => ({
    name: kind,
    [kind]: { dataPoints: Array.from({ length: 2 ** i }, () => ({ timeUnixNano: "1767225600000000000" })) },
  }));
  const request = {
    resourceMetrics: [
      { resource: { attributes: [{ key: "dataPoints", value: { stringValue: "7" } }] }, scopeMetrics: [{ metrics }] },
      { scopeMetrics: [{ scope: { name: "lib" }, metrics: [] }, { metrics: metrics.slice(0, 1) }, {}] },
    ],
  };
  expect(countDataPoints("json", utf8(JSON.stringify(request)))).toBe(32);
  expect(countDataPoints("protobuf", encodeProto("ExportMetricsServiceRequest", request))).toBe(32);
});

test.each<[OtlpType, string]>([
  ["json", ""],
  ["json", "{}"],
  ["json", '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"a","gauge":null},{"sum":{}}]}]}]}'],
  ["protobuf", ""],
])("no points: %s %j", (type, body) => {
  expect(countDataPoints(type, utf8(body))).toBe(0);
});

describe("bytes that are no metric request are undecodable, with a sentence that says why", () => {
  test.each<[OtlpType, string, string]>([
    ["json", "{", "it is not valid JSON"],
    ["json", "[]", "the body is not an object"],
    ["json", '{"resourceMetrics":7}', "resourceMetrics is not a list"],
    ["json", '{"resourceMetrics":[7]}', "an element of resourceMetrics is not an object"],
    ["json", '{"resourceMetrics":[{"scopeMetrics":[[]]}]}', "an element of scopeMetrics is not an object"],
    ["json", '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[null]}]}]}', "a metric is not an object"],
    ["json", '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"gauge":7}]}]}]}', "gauge is not an object"],
    [
      "json",
      '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"dataPoints":7}}]}]}]}',
      "dataPoints is not a list",
    ],
    ["protobuf", "{}", "the protobuf message is cut off"],
    ["protobuf", "\n\u0005", "the protobuf message is cut off"],
    // A request whose first field is a number; a metric whose field 5, the gauge, is a number.
    ["protobuf", "\u0008\u0001", "a protobuf field has the wrong wire type"],
    ["protobuf", "\n\u0006\u0012\u0004\u0012\u0002\u0028\u0001", "a protobuf field has the wrong wire type"],
  ])("%s %j", (type, body, why) => {
    expect(codeOf(type, utf8(body))).toBe(
      `undecodable_body: The body cannot be read as an OTLP metric request: ${why}.`,
    );
  });

  test("changed and cut requests of real clients, in either decoder", () => {
    const json = ["claude-code", "otlp-spec-examples"].flatMap((name) => metricRequests(name)).map(({ body }) => body);
    const seeds = [...json, ...json.map((body) => protobufOfJson(parse(body), "ExportMetricsServiceRequest"))];
    const mutation = fc.record({
      seed: fc.nat({ max: seeds.length - 1 }),
      cut: fc.double({ min: 0, max: 1, noNaN: true }),
      at: fc.array(fc.double({ min: 0, max: 0.9999, noNaN: true }), { maxLength: 8 }),
      byte: fc.nat({ max: 255 }),
    });
    fc.assert(
      fc.property(mutation, ({ seed, cut, at, byte }) => {
        const original = seeds[seed] as Uint8Array;
        const bytes = Uint8Array.from(cut < 0.5 ? original : original.subarray(0, Math.floor(cut * original.length)));
        for (const where of at) bytes[Math.floor(where * bytes.length)] = byte;
        for (const type of ["json", "protobuf"] as const)
          expect(codeOf(type, bytes)).toMatch(/^(counted \d|undecodable_body: )/);
      }),
      { numRuns: 1000 },
    );
  });
});
