/**
 * How fast a batch of spans is decoded and understood, on one thread. Run with Node 24 or later:
 *   node test/bench/decode/run.ts [spans per batch = 512] [bytes per span = 1500]
 * Node lets protobufjs' reflection generate code; Workers do not, so only ways that need no eval are measured here.
 */

import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { NO_CUSTOM_PRICES } from "../../../src/domain/prices/custom.ts";
import { priceCall } from "../../../src/domain/prices/price-call.ts";
import { isCall } from "../../../src/domain/projection/fold.ts";
import { encodePart } from "../../../src/events/part.ts";
import { readContent, readFacts } from "../../../src/otlp/conventions/index.ts";
import { decodeTraces } from "../../../src/otlp/decode/index.ts";
import type { DecodedTraces } from "../../../src/otlp/model.ts";
import { encodeTraceResponse } from "../../../src/otlp/reply.ts";
import { traceRequests } from "../../fixtures/load.ts";
import { type Batch, traceBatch } from "./batch.ts";
import { fromProtobufEs, fromProtobufjs } from "./candidates.ts";
import { generate } from "./generate.ts";

const spans = Number(process.argv[2] ?? 512);
const spanBytes = Number(process.argv[3] ?? 1500);

const CAPTURED = [
  ["GenAI", "vercel-ai7"],
  ["GenAI before 1.37", "traceloop-old"],
  ["OpenInference", "openinference-langgraph"],
  ["Vercel AI SDK 5", "vercel-ai5"],
  ["Langfuse", "langfuse"],
  ["LangSmith", "langsmith-otel"],
  ["LangWatch", "langwatch"],
  ["Logfire", "logfire"],
  ["Mastra", "mastra-otel"],
  ["Genkit", "genkit"],
  ["Claude Code", "claude-code"],
  ["OpenLLMetry", "traceloop"],
  ["OpenLIT", "openlit"],
] as const;

const generated = join(import.meta.dirname, "generated");
await generate(join(import.meta.dirname, "../../fixtures/proto/otlp-trace.proto"), generated);
const { fromBinary } = await import("@bufbuild/protobuf");
const es = await import(join(generated, "otlp_pb.js"));
const pbjs = (await import(join(generated, "static.js"))).otlp;

const batch = traceBatch(spans, spanBytes);
const json = new TextEncoder().encode(JSON.stringify(batch));
const protobuf: Uint8Array = pbjs.ExportTraceServiceRequest.encode(withBytes(batch)).finish();

// A fast answer that is wrong is no answer.
const reference = decodeTraces("json", json);
const ways: [string, () => DecodedTraces, number][] = [
  ["JSON", () => decodeTraces("json", json), json.length],
  ["protobuf, own reader", () => decodeTraces("protobuf", protobuf), protobuf.length],
  [
    "protobuf, protobufjs static",
    () => fromProtobufjs(pbjs.ExportTraceServiceRequest.decode(protobuf)),
    protobuf.length,
  ],
  [
    "protobuf, protobuf-es",
    () => fromProtobufEs(fromBinary(es.ExportTraceServiceRequestSchema, protobuf)),
    protobuf.length,
  ],
];
for (const [name, decode] of ways) {
  if (!isDeepStrictEqual(decode(), reference)) throw new Error(`${name} decodes something else than JSON`);
}

interface Row {
  name: string;
  run: () => unknown;
  spans: number;
  /** Of the body that is read, for the rate in MB/s. */
  bytes?: number;
}

const utf8 = new TextDecoder();
const all = withContext(reference);
const rows: Row[] = [
  { name: "JSON.parse alone", run: () => JSON.parse(utf8.decode(json)), spans, bytes: json.length },
  ...ways.map(([name, run, bytes]) => ({ name: `decode ${name}`, run, spans, bytes })),
  {
    name: "protobufjs static, messages only",
    run: () => pbjs.ExportTraceServiceRequest.decode(protobuf),
    spans,
    bytes: protobuf.length,
  },
  {
    name: "protobuf-es, messages only",
    run: () => fromBinary(es.ExportTraceServiceRequestSchema, protobuf),
    spans,
    bytes: protobuf.length,
  },
  { name: "facts of the batch", run: () => all.map(({ span, context }) => readFacts(span, context)), spans },
  // Spans as clients sent them, of many shapes: slower than a batch of one shape, and nearer to the truth.
  ...CAPTURED.flatMap(([name, set]) => {
    const requests = traceRequests(set);
    const decode = () => requests.map(({ type, body }) => decodeTraces(type, body));
    const of = decode().flatMap(withContext);
    return [
      { name: `decode, ${name}`, run: decode, spans: of.length },
      { name: `facts, ${name}`, run: () => of.map(({ span, context }) => readFacts(span, context)), spans: of.length },
      {
        name: `content, ${name}`,
        run: () => of.map(({ span, context }) => readContent(span, context)),
        spans: of.length,
      },
      { name: `price, ${name}`, run: pricing(of), spans: of.length },
    ];
  }),
  { name: "JSON.stringify the spans", run: () => JSON.stringify(all), spans },
  {
    name: "encode as one part (JSON + gzip)",
    run: () =>
      encodePart(
        reference.groups.map((group) => group.context),
        all.map(({ span }) => ({ type: "SPAN", time: span.end_time_unix_nano, v: 1, data: { ctx: 0, ...span } })),
      ),
    spans,
  },
  {
    name: "a partial success, per request",
    run: () => encodeTraceResponse("protobuf", { rejected: 3, message: "no id" }),
    spans: 1,
  },
];

console.log(`${spans} spans; JSON ${json.length} bytes, protobuf ${protobuf.length} bytes; Node ${process.version}`);
console.log(`${"".padEnd(40)}${"µs/span".padStart(9)}${"spans/s".padStart(12)}${"MB/s".padStart(8)}`);
for (const { name, run, spans: count, bytes } of rows) {
  const perSpan = measure(run) / count;
  const rate = bytes === undefined ? "" : ((bytes / count / perSpan) * 1e3).toFixed(0);
  const columns = [
    (perSpan / 1e3).toFixed(2).padStart(9),
    String(Math.round(1e9 / perSpan)).padStart(12),
    rate.padStart(8),
  ];
  console.log(name.padEnd(40) + columns.join(""));
}

/** Prices the calls among spans, as ingest does; what other spans cost is nothing, and counted in. */
function pricing(of: ReturnType<typeof withContext>) {
  const calls = of
    .map(({ span, context }) => ({ facts: readFacts(span, context), start: span.start_time_unix_nano }))
    .filter(({ facts }) => isCall(facts));
  return () => calls.map(({ facts, start }) => priceCall(facts, start, NO_CUSTOM_PRICES));
}

function withContext(decoded: DecodedTraces) {
  return decoded.groups.flatMap(({ spans, context }) => spans.map((span) => ({ span, context })));
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
