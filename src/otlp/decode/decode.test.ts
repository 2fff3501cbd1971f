import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadSet, setNames, traceRequests } from "../../../test/fixtures/load.ts";
import { protobufOfJson } from "../../../test/fixtures/proto/encode.ts";
import { AppError } from "../../errors.ts";
import { decodeTraces, type OtlpType } from "./index.ts";

const decodeSet = (name: string) => traceRequests(name).map(({ type, body }) => decodeTraces(type, body));

/** Bookkeeping twins of Logfire's spans: decoded like any span, but expected.json does not count them. */
const isTwin = (attributes: { [key: string]: unknown }) => attributes["logfire.span_type"] === "pending_span";

describe("every captured client's request decodes whole", () => {
  test.each(setNames())("%s", (name) => {
    const spans: { [traceId: string]: number } = {};
    for (const decoded of decodeSet(name)) {
      expect(Object.fromEntries(decoded.reasons)).toEqual({});
      for (const group of decoded.groups) {
        for (const span of group.spans) {
          if (!isTwin(span.attributes)) spans[span.trace_id] = (spans[span.trace_id] ?? 0) + 1;
        }
      }
    }
    const { traces } = loadSet(name).expected;
    expect(spans).toEqual(Object.fromEntries(traces.map((trace) => [trace.trace_id, trace.spans])));
  });
});

describe("JSON and protobuf decode to the same", () => {
  const jsonSets = setNames().filter((name) => traceRequests(name).some(({ type }) => type === "json"));

  test.each(jsonSets)("%s, captured as JSON, encoded as protobuf", (name) => {
    for (const { body } of traceRequests(name)) {
      const protobuf = protobufOfJson(JSON.parse(new TextDecoder().decode(body)));
      expect(decodeTraces("protobuf", protobuf)).toEqual(decodeTraces("json", body));
    }
  });

  test("one program that exported in all four ways", () => {
    // Ids and times are each run's own; NaN and Infinity are null already in what the JSON exporter sends.
    const [plain, ...others] = ["otel-json-plain", "otel-json-gzip", "otel-proto-plain", "otel-proto-gzip"].map(
      (name) =>
        JSON.parse(
          JSON.stringify(decodeSet(name), (key, value) =>
            /_id$|_unix_nano$/.test(key) ? typeof value : value === "NaN" || value === "Infinity" ? null : value,
          ),
        ),
    );
    expect(others).toEqual([plain, plain, plain]);
  });

  // What both encodings can say: no lone surrogates, no -0 and no int64 given as a rounded number.
  const text = fc.string({ unit: "binary" });
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      text.map((stringValue) => ({ stringValue })),
      fc.boolean().map((boolValue) => ({ boolValue })),
      int64.map((intValue) => ({ intValue })),
      fc.double().map((value) => ({ doubleValue: Number.isFinite(value) ? value + 0 : String(value) })),
      fc.uint8Array({ maxLength: 9 }).map((bytes) => ({ bytesValue: Buffer.from(bytes).toString("base64") })),
      fc.constant({}),
      fc.array(tie("any"), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
      fc
        .array(fc.record({ key: text, value: tie("any") }), { maxLength: 3 })
        .map((values) => ({ kvlistValue: { values } })),
    ),
  }));
  const attributes = fc.array(fc.record({ key: text, value: any }), { maxLength: 4 });
  const id = (digits: number) =>
    fc.bigInt({ min: 1n, max: 16n ** BigInt(digits) - 1n }).map((n) => n.toString(16).padStart(digits, "0"));
  const nano = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
  const uint32 = fc.nat({ max: 2 ** 32 - 1 });
  const optional = { requiredKeys: [] };
  const span = fc.record(
    {
      traceId: fc.oneof(id(32), id(31)),
      spanId: id(16),
      parentSpanId: fc.oneof(id(16), fc.constant("")),
      traceState: text,
      name: text,
      kind: fc.nat({ max: 7 }),
      startTimeUnixNano: nano,
      endTimeUnixNano: nano,
      attributes,
      events: fc.array(
        fc.record({ timeUnixNano: nano, name: text, attributes, droppedAttributesCount: uint32 }, optional),
        {
          maxLength: 2,
        },
      ),
      links: fc.array(
        fc.record({ traceId: id(32), spanId: id(16), traceState: text, attributes, flags: uint32 }, optional),
        {
          maxLength: 2,
        },
      ),
      status: fc.record({ code: fc.nat({ max: 3 }), message: text }, optional),
      flags: uint32,
      droppedAttributesCount: uint32,
      droppedEventsCount: uint32,
      droppedLinksCount: fc.nat({ max: 1000 }),
    },
    optional,
  );
  const request = fc.record({
    resourceSpans: fc.array(
      fc.record(
        {
          resource: fc.record({ attributes }),
          scopeSpans: fc.array(
            fc.record(
              { scope: fc.record({ name: text, version: text, attributes }, optional), spans: fc.array(span) },
              optional,
            ),
            { maxLength: 3 },
          ),
        },
        optional,
      ),
      { maxLength: 3 },
    ),
  });

  test("any request that both can hold", () => {
    fc.assert(
      fc.property(request, (content) => {
        const json = decodeTraces("json", new TextEncoder().encode(JSON.stringify(content)));
        expect(decodeTraces("protobuf", protobufOfJson(content))).toEqual(json);
      }),
      { numRuns: 200 },
    );
  });
});

describe("no body makes a decoder throw anything but undecodable_body", () => {
  const seeds = (["otel-json-plain", "otel-proto-plain", "otlp-spec-examples", "openinference-mcp", "logfire"] as const)
    .flatMap((name) => traceRequests(name))
    .map(({ body }) => body.subarray(0, 8192));

  function decodeOrRefuse(type: OtlpType, bytes: Uint8Array): void {
    try {
      const decoded = decodeTraces(type, bytes);
      // Whatever was decoded can be stored: as JSON, in UTF-8, without a change.
      const stored = JSON.stringify(decoded.groups);
      expect(stored.isWellFormed()).toBe(true);
      expect(stored).not.toMatch(/\\ud[89a-f]/i);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.code).toBe("undecodable_body");
    }
  }

  const mutation = fc.record({
    seed: fc.nat({ max: seeds.length - 1 }),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
    edits: fc.array(fc.record({ at: fc.double({ min: 0, max: 0.9999, noNaN: true }), byte: fc.nat({ max: 255 }) }), {
      maxLength: 12,
    }),
  });

  test("changed and cut requests of real clients, in either decoder", () => {
    fc.assert(
      fc.property(mutation, ({ seed, cut, edits }) => {
        const original = seeds[seed] as Uint8Array;
        const bytes = Uint8Array.from(cut < 0.5 ? original : original.subarray(0, Math.floor(cut * original.length)));
        for (const { at, byte } of edits) bytes[Math.floor(at * bytes.length)] = byte;
        decodeOrRefuse("json", bytes);
        decodeOrRefuse("protobuf", bytes);
      }),
      { numRuns: 1500 },
    );
  });

  test("any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        decodeOrRefuse("json", bytes);
        decodeOrRefuse("protobuf", bytes);
      }),
      { numRuns: 2000 },
    );
  });

  test("any JSON where a field should be", () => {
    const anything = fc.anything({ maxDepth: 3, withNullPrototype: false });
    const field = fc.constantFrom(
      ...[
        "resourceSpans",
        "resource",
        "attributes",
        "scopeSpans",
        "scope",
        "spans",
        "traceId",
        "spanId",
        "name",
        "kind",
      ],
      ...[
        "status",
        "events",
        "links",
        "startTimeUnixNano",
        "flags",
        "key",
        "value",
        "intValue",
        "arrayValue",
        "values",
      ],
    );
    fc.assert(
      fc.property(field, anything, fc.nat({ max: 30 }), (name, value, which) => {
        const { body } = traceRequests("otlp-spec-examples")[0] as { body: Uint8Array };
        let seen = 0;
        const request = JSON.parse(new TextDecoder().decode(body), (key, inner) =>
          key === name && seen++ === which % 4 ? value : inner,
        );
        const json = JSON.stringify(request, (_, inner) => (typeof inner === "bigint" ? String(inner) : inner));
        decodeOrRefuse("json", new TextEncoder().encode(json ?? "null"));
      }),
      { numRuns: 1500 },
    );
  });
});
