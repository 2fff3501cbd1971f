import http from "node:http";
import type { AddressInfo } from "node:net";
import { type TracerProvider as ApiProvider, DiagLogLevel, diag, SpanStatusCode } from "@opentelemetry/api";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Run, SpanDetail, SpanRow } from "../../src/domain/runs/schema.ts";
import { eventually, KEY, removeState, type StartedServer, startServer } from "./harness.ts";

let server: StartedServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
  removeState(server.state);
});

/** Spans of one trace as the SDK hands them to an exporter: a root and a child that failed. */
async function makeSpans() {
  const memory = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: memory })] });
  const tracer = (provider as unknown as ApiProvider).getTracer("exporter-test", "1.0");
  const { context, trace } = await import("@opentelemetry/api");
  const root = tracer.startSpan("invoke_agent", {
    attributes: { "session.id": "s-1", ratio: 0.5, big: 9_007_199_254_740_991 },
  });
  const child = tracer.startSpan(
    "chat",
    { attributes: { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o" } },
    trace.setSpan(context.active(), root),
  );
  child.recordException(new Error("it broke"));
  child.setStatus({ code: SpanStatusCode.ERROR, message: "it broke" });
  child.end();
  root.end();
  return memory.getFinishedSpans();
}

type Exporter = JsonExporter | ProtoExporter;
type Spans = Awaited<ReturnType<typeof makeSpans>>;

/** Exports and resolves to the exporter's own verdict: 0 is SUCCESS. */
function exportSpans(exporter: Exporter, spans: Spans): Promise<{ code: number; error?: Error }> {
  return new Promise((resolve) => exporter.export(spans as never, resolve as never));
}

const kinds = [
  ["JSON", JsonExporter, "none"],
  ["JSON with gzip", JsonExporter, "gzip"],
  ["protobuf", ProtoExporter, "none"],
  ["protobuf with gzip", ProtoExporter, "gzip"],
] as const;

const settings = (url: string, compression: "none" | "gzip") => ({
  url,
  compression: compression as never,
  headers: { authorization: `Bearer ${KEY}` },
  timeoutMillis: 15_000,
});

describe.each(kinds)("OpenTelemetry's exporter in %s", (_, ExporterClass, compression) => {
  test("reports success, and the run is there", async () => {
    const spans = await makeSpans();
    const exporter = new ExporterClass(settings(`${server.origin}/v1/traces`, compression));
    expect(await exportSpans(exporter, spans)).toEqual({ code: 0 });
    const traceId = spans[0]?.spanContext().traceId;
    expect(await server.json<Run>(`/api/runs/${traceId}`)).toMatchObject({
      name: "invoke_agent",
      span_count: 2,
      error_count: 1,
      llm_call_count: 1,
      session_id: "s-1",
      models: ["gpt-4o"],
    });
    const { data } = await server.json<{ data: SpanRow[] }>(`/api/runs/${traceId}/spans`);
    const root = data.find((each) => each.parent_span_id === null);
    const detail = await server.json<SpanDetail>(`/api/runs/${traceId}/spans/${root?.span_id}`);
    expect(detail.attributes).toMatchObject({ ratio: 0.5, big: 9_007_199_254_740_991 });
    await exporter.shutdown();
  });

  test("retries once after a 503 with Retry-After, and nothing doubles", async () => {
    const spans = await makeSpans();
    // The first request reaches the server, and only its answer is lost: the worst case for doubles.
    const seen: number[] = [];
    const proxy = await proxyTo(server.origin, (status, n) => {
      seen.push(status);
      return n === 1 ? { status: 503, headers: { "retry-after": "1" } } : undefined;
    });
    const exporter = new ExporterClass(settings(`${proxy.origin}/v1/traces`, compression));
    expect(await exportSpans(exporter, spans)).toEqual({ code: 0 });
    expect(seen).toEqual([200, 200]);
    const traceId = spans[0]?.spanContext().traceId;
    const totals = { span_count: 2, event_count: 2, last_seq: 2 };
    expect(await server.json<Run>(`/api/runs/${traceId}`)).toMatchObject(totals);
    const listed = () => server.json<{ data: Run[] }>("/api/runs?limit=200");
    const { data } = await eventually(listed, ({ data }) => data.some((run) => run.id === traceId));
    expect(data.find((run) => run.id === traceId)).toMatchObject(totals);
    await exporter.shutdown();
    proxy.close();
  });

  test("does not retry after a 400", async () => {
    const seen: number[] = [];
    const proxy = await proxyTo(
      server.origin,
      (status) => {
        seen.push(status);
        return undefined;
      },
      (body) => body.subarray(0, body.byteLength - 7),
    );
    const exporter = new ExporterClass(settings(`${proxy.origin}/v1/traces`, compression));
    const result = await exportSpans(exporter, await makeSpans());
    expect(result.code).toBe(1);
    expect(seen).toEqual([400]);
    await exporter.shutdown();
    proxy.close();
  });
});

test("the exporter tells its user of spans that were refused", async () => {
  const warnings: string[] = [];
  const note = (...parts: unknown[]) =>
    void warnings.push(parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" "));
  const quiet = () => {};
  diag.setLogger({ warn: note, error: note, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN);
  const proxy = await proxyTo(
    server.origin,
    () => undefined,
    (body) =>
      // One span id of the two becomes all zeros: invalid.
      Buffer.from(body.toString("latin1").replace(/"spanId":"[0-9a-f]{16}"/, '"spanId":"0000000000000000"'), "latin1"),
  );
  const exporter = new JsonExporter(settings(`${proxy.origin}/v1/traces`, "none"));
  expect(await exportSpans(exporter, await makeSpans())).toEqual({ code: 0 });
  expect(warnings.join("\n")).toMatch(/rejected/i);
  diag.disable();
  await exporter.shutdown();
  proxy.close();
});

/** A proxy before the server that may answer otherwise than the server did, and may change what was sent. */
async function proxyTo(
  origin: string,
  answerInstead: (status: number, n: number) => { status: number; headers: Record<string, string> } | undefined,
  change: (body: Buffer) => Buffer = (body) => body,
): Promise<{ origin: string; close: () => void }> {
  let n = 0;
  const proxy = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers: Record<string, string> = {};
    for (const name of ["authorization", "content-type", "content-encoding"]) {
      const value = request.headers[name];
      if (typeof value === "string") headers[name] = value;
    }
    const answer = await fetch(origin + request.url, {
      method: "POST",
      headers,
      body: new Uint8Array(change(Buffer.concat(chunks))),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    const instead = answerInstead(answer.status, ++n);
    const type = answer.headers.get("content-type") ?? "";
    response.writeHead(instead?.status ?? answer.status, { "content-type": type, ...instead?.headers });
    response.end(instead ? undefined : body);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close: () => proxy.close(),
  };
}
