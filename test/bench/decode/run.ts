/**
 * How fast a batch of spans is decoded and understood, on one thread. Run with Node 24:
 *   node test/bench/decode/run.ts [spans per batch = 512] [bytes per span = 1500]
 * Node lets protobufjs' reflection generate code; Workers do not, so only ways that need no eval are measured here.
 */

import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { encodePart } from "../../../src/events/part.ts";
import { readFacts } from "../../../src/otlp/conventions/index.ts";
import { decodeTracesJson } from "../../../src/otlp/decode/json.ts";
import { decodeTracesProtobuf } from "../../../src/otlp/decode/protobuf.ts";
import type { DecodedTraces } from "../../../src/otlp/model.ts";
import { encodeTraceResponse } from "../../../src/otlp/reply.ts";
import { type Batch, traceBatch } from "./batch.ts";
import { fromProtobufEs, fromProtobufjs } from "./candidates.ts";
import { generate } from "./generate.ts";

const spans = Number(process.argv[2] ?? 512);
const spanBytes = Number(process.argv[3] ?? 1500);

const generated = join(import.meta.dirname, "generated");
await generate(join(import.meta.dirname, "../../fixtures/proto/otlp-trace.proto"), generated);
const { fromBinary } = await import("@bufbuild/protobuf");
const es = await import(join(generated, "otlp_pb.js"));
const pbjs = (await import(join(generated, "static.js"))).otlp;

const batch = traceBatch(spans, spanBytes);
const json = new TextEncoder().encode(JSON.stringify(batch));
const protobuf: Uint8Array = pbjs.ExportTraceServiceRequest.encode(withBytes(batch)).finish();

// A fast answer that is wrong is no answer.
const reference = decodeTracesJson(json);
const ways: [string, () => DecodedTraces][] = [
  ["JSON", () => decodeTracesJson(json)],
  ["protobuf, own reader", () => decodeTracesProtobuf(protobuf)],
  ["protobuf, protobufjs static", () => fromProtobufjs(pbjs.ExportTraceServiceRequest.decode(protobuf))],
  ["protobuf, protobuf-es", () => fromProtobufEs(fromBinary(es.ExportTraceServiceRequestSchema, protobuf))],
];
for (const [name, decode] of ways) {
  if (!isDeepStrictEqual(decode(), reference)) throw new Error(`${name} decodes something else than JSON`);
}

const utf8 = new TextDecoder();
const all = reference.groups.flatMap((group) => group.spans.map((span) => ({ span, context: group.context })));
const rows: [string, () => unknown][] = [
  ["JSON.parse alone", () => JSON.parse(utf8.decode(json))],
  ...ways.map(([name, decode]): [string, () => unknown] => [`decode ${name}`, decode]),
  ["protobufjs static, messages only", () => pbjs.ExportTraceServiceRequest.decode(protobuf)],
  ["protobuf-es, messages only", () => fromBinary(es.ExportTraceServiceRequestSchema, protobuf)],
  ["read facts, all conventions", () => all.map(({ span, context }) => readFacts(span, context))],
  ["JSON.stringify the spans", () => JSON.stringify(all)],
  [
    "encode as one part (JSON + gzip)",
    () =>
      encodePart(
        reference.groups.map((group) => group.context),
        all.map(({ span }) => ({ type: "SPAN", time: span.end_time_unix_nano, v: 1, data: { ctx: 0, ...span } })),
      ),
  ],
  ["encode a partial success", () => encodeTraceResponse("protobuf", { rejected: 3, message: "3 spans have no id" })],
];

console.log(`${spans} spans; JSON ${json.length} bytes, protobuf ${protobuf.length} bytes; Node ${process.version}`);
console.log(`${"".padEnd(36)}${"µs/span".padStart(9)}${"spans/s".padStart(12)}${"MB/s".padStart(8)}`);
for (const [name, run] of rows) {
  const perSpan = measure(run) / spans;
  const bytes = name.includes("proto") ? protobuf.length : json.length;
  const mbs = name.startsWith("decode") || name.startsWith("JSON.parse") || name.includes("only");
  const rate = mbs ? ((bytes / spans / perSpan) * 1e3).toFixed(0) : "";
  const line = [
    (perSpan / 1e3).toFixed(2).padStart(9),
    Math.round(1e9 / perSpan)
      .toString()
      .padStart(12),
    rate.padStart(8),
  ];
  console.log(name.padEnd(36) + line.join(""));
}

/** Median nanoseconds of one run, after warming up. */
function measure(run: () => unknown): number {
  let sink: unknown;
  const until = performance.now() + 400;
  while (performance.now() < until) sink = run();
  const times: number[] = [];
  const end = performance.now() + 1200;
  while (performance.now() < end || times.length < 20) {
    const start = process.hrtime.bigint();
    sink = run();
    times.push(Number(process.hrtime.bigint() - start));
  }
  if (sink === null) throw new Error("unreachable");
  times.sort((a, b) => a - b);
  return times[times.length >> 1] as number;
}

/** The batch with its hex ids as bytes, as protobufjs' encoder wants them. */
function withBytes(from: Batch): object {
  return {
    resourceSpans: from.resourceSpans.map((ofResource) => ({
      ...ofResource,
      scopeSpans: ofResource.scopeSpans.map((ofScope) => ({
        ...ofScope,
        spans: ofScope.spans.map((span) => ({
          ...span,
          traceId: Buffer.from(span.traceId as string, "hex"),
          spanId: Buffer.from(span.spanId as string, "hex"),
          parentSpanId: Buffer.from((span.parentSpanId as string | undefined) ?? "", "hex"),
        })),
      })),
    })),
  };
}
