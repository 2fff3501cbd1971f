import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logRequests, traceRequests } from "../../../test/fixtures/load.ts";
import { encodeProto, protobufOfJson } from "../../../test/fixtures/proto/encode.ts";
import { AppError } from "../../errors.ts";
import type { DecodedLogs } from "../model.ts";
import { decodeLogs, type OtlpType } from "./index.ts";

const TRACE = "5b8efff798038103d269b633813fc60c";
const SPAN = "eee19b7ec3c1b174";
const BARE = { trace_id: null, span_id: null, time_unix_nano: "0", body: null, attributes: {} };
const NO_CONTEXT = { resource: {}, scope: { name: "", version: "" } };

const utf8 = (text: string) => new TextEncoder().encode(text);
const parse = (body: Uint8Array) => JSON.parse(new TextDecoder().decode(body));

/** A request of these records, decoded from JSON. */
function decodeJson(...logRecords: unknown[]): DecodedLogs {
  return decodeLogs("json", utf8(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] })));
}

/** A request of these records, decoded from protobuf; as JSON, but with bytes for ids. */
function decodeProtobuf(...logRecords: object[]): DecodedLogs {
  const request = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
  return decodeLogs("protobuf", encodeProto("ExportLogsServiceRequest", request));
}

function decodeSet(name: string): DecodedLogs {
  const [request, ...others] = logRequests(name).map(({ type, body }) => decodeLogs(type, body));
  if (request === undefined || others.length > 0) throw new Error(`${name} has not one log request`);
  return request;
}

function codeOf(type: OtlpType, bytes: Uint8Array): string {
  try {
    decodeLogs(type, bytes);
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "decoded";
}

describe("captured requests", () => {
  test("the specification's examples: upper-case ids, every kind of value, an event", () => {
    const [log, event] = logRequests("otlp-spec-examples").map(({ type, body }) => decodeLogs(type, body));
    const context = {
      resource: { "service.name": "my.service" },
      scope: {
        name: "my.library",
        version: "1.0.0",
        attributes: { "my.scope.attribute": "some scope attribute" },
      },
    };
    expect(log).toEqual({
      groups: [
        {
          context,
          records: [
            {
              trace_id: TRACE,
              span_id: SPAN,
              time_unix_nano: "1544712660300000000",
              severity: "Information",
              body: "Example log record",
              attributes: {
                "string.attribute": "some string",
                "boolean.attribute": true,
                "int.attribute": 10,
                "double.attribute": 637.704,
                "array.attribute": ["many", "values"],
                "map.attribute": { "some.map.key": "some value" },
              },
            },
          ],
        },
      ],
      rejected: 0,
      reasons: new Map(),
    });
    expect(event?.groups).toEqual([
      {
        context,
        records: [
          {
            trace_id: null,
            span_id: null,
            time_unix_nano: "1544712660300000000",
            event_name: "browser.page_view",
            severity: "test severity text",
            body: {
              type: 0,
              url: "https://www.guidgenerator.com/online-guid-generator.aspx",
              referrer: "https://wwww.google.com",
              title: "Free Online GUID Generator",
            },
            attributes: { "event.attribute": "some event attribute" },
          },
        ],
      },
    ]);
  });

  test("protobuf: bodies are maps, an event's name is an attribute or a field of its own", () => {
    const { groups, rejected } = decodeSet("otel-instr-openai");
    expect(rejected).toBe(0);
    expect(groups.map(({ context }) => context.scope)).toEqual([
      { name: "@opentelemetry/instrumentation-openai", version: "0.22.0" },
    ]);
    const records = groups[0]?.records ?? [];
    expect(records).toHaveLength(26);
    expect(records[5]).toEqual({
      trace_id: records[4]?.trace_id,
      span_id: "74abc30ca9e539c5",
      time_unix_nano: "1795227667501000000",
      event_name: "gen_ai.choice",
      severity: "INFO",
      body: {
        finish_reason: "tool_calls",
        index: 0,
        message: {
          tool_calls: [
            {
              id: "call_fake_1",
              type: "function",
              function: { name: "get_weather", arguments: '{"city":"Paris"}' },
            },
          ],
        },
      },
      attributes: { "event.name": "gen_ai.choice", "gen_ai.system": "openai" },
    });
    const details = records.filter((record) => record.event_name === "gen_ai.client.inference.operation.details");
    expect(details).toHaveLength(6);
    expect(details[0]).toMatchObject({
      span_id: "496ab445e1260acc",
      body: null,
      attributes: { "gen_ai.input.messages": [{ role: "system" }, { role: "user" }] },
    });
  });

  test.each<[string, number, (string | undefined)[], (string | null)[]]>([
    [
      "claude-code",
      11,
      [
        "managed_settings_resolved",
        "plugin_loaded",
        "user_prompt",
        "tool_decision",
        "api_request",
        "assistant_response",
        "tool_result",
      ],
      [null, "f800bf2138734135", "902b2dd73e68f109"],
    ],
    [
      "openlit",
      3,
      ["gen_ai.client.inference.operation.details"],
      ["7bf99cebff7d7588", "847e8d2bb30bee6e", "e6ef938561991109"],
    ],
    ["mastra-otel", 2, [undefined], [null, "b3e98104312b0513"]],
  ])("%s", (name, count, events, spans) => {
    const { groups, rejected } = decodeSet(name);
    const records = groups.flatMap((group) => group.records);
    expect([rejected, records.length]).toEqual([0, count]);
    expect([...new Set(records.map((record) => record.event_name))]).toEqual(events);
    expect([...new Set(records.map((record) => record.span_id))]).toEqual(spans);
  });
});

describe("which field is taken", () => {
  test.each<[string, object, object]>([
    ["nothing", {}, {}],
    ["a time", { timeUnixNano: "5", observedTimeUnixNano: "7" }, { time_unix_nano: "5" }],
    ["only the time it was seen", { observedTimeUnixNano: "7" }, { time_unix_nano: "7" }],
    ["a time of zero", { timeUnixNano: "0", observedTimeUnixNano: "7" }, { time_unix_nano: "7" }],
    [
      "an event's name in both places",
      { eventName: "a", attributes: [{ key: "event.name", value: { stringValue: "b" } }] },
      { event_name: "a", attributes: { "event.name": "b" } },
    ],
    [
      "an event's name as attribute",
      { attributes: [{ key: "event.name", value: { stringValue: "b" } }] },
      { event_name: "b", attributes: { "event.name": "b" } },
    ],
    [
      "an attribute of that name that is no text",
      { attributes: [{ key: "event.name", value: { intValue: "1" } }] },
      { attributes: { "event.name": 1 } },
    ],
    ["a severity in words", { severityText: "notice", severityNumber: 9 }, { severity: "notice" }],
    ["attributes that were left out", { droppedAttributesCount: 3 }, { dropped_attributes_count: 3 }],
    ["none that were left out", { droppedAttributesCount: 0 }, {}],
    ["flags, which are not kept", { flags: 1 }, {}],
    [
      "a body of lists and maps",
      {
        body: {
          kvlistValue: {
            values: [
              { key: "a", value: { arrayValue: { values: [{ intValue: "1" }, {}, { boolValue: false }] } } },
              { key: "b", value: { kvlistValue: { values: [] } } },
              { key: "c", value: { bytesValue: "AP8=" } },
              { key: "d", value: { intValue: "9223372036854775807" } },
            ],
          },
        },
      },
      { body: { a: [1, null, false], b: {}, c: { bytes: "AP8=" }, d: "9223372036854775807" } },
    ],
    ["a body of nothing", { body: {} }, {}],
    ["an empty body", { body: { stringValue: "" } }, { body: "" }],
  ])("%s", (_, record, expected) => {
    expect(decodeJson(record).groups[0]?.records).toEqual([{ ...BARE, ...expected }]);
    expect(decodeProtobuf(record).groups[0]?.records).toEqual([{ ...BARE, ...expected }]);
  });

  test("a severity number's name", () => {
    const numbers = [0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, -1];
    const names = [undefined, "TRACE", "TRACE", "DEBUG", "DEBUG", "INFO", "INFO", "WARN", "WARN"].concat(
      ["ERROR", "ERROR", "FATAL", "FATAL"],
      [undefined, undefined],
    );
    const records = numbers.map((severityNumber) => ({ severityNumber }));
    for (const decoded of [decodeJson(...records), decodeProtobuf(...records)]) {
      expect(decoded.groups[0]?.records.map((record) => record.severity)).toEqual(names);
    }
    const noNumbers = decodeJson({ severityNumber: "SEVERITY_NUMBER_INFO" }, { severityNumber: 9.5 });
    expect(noNumbers.groups[0]?.records).toEqual([BARE, BARE]);
  });
});

describe("a bad id is no id, and the record stays", () => {
  test.each<[unknown, string | null]>([
    [TRACE, TRACE],
    [TRACE.toUpperCase(), TRACE],
    ["", null],
    [null, null],
    [7, null],
    [TRACE.slice(1), null],
    [`g${TRACE.slice(1)}`, null],
    ["0".repeat(32), null],
  ])("traceId %j in JSON", (traceId, kept) => {
    const { groups, rejected } = decodeJson({ traceId, spanId: SPAN.toUpperCase() });
    expect(rejected).toBe(0);
    expect(groups[0]?.records).toEqual([{ ...BARE, trace_id: kept, span_id: SPAN }]);
  });

  test.each<[string, Uint8Array, string | null]>([
    ["8 bytes", Buffer.from(SPAN, "hex"), SPAN],
    ["no bytes", new Uint8Array(0), null],
    ["16 bytes", Buffer.from(TRACE, "hex"), null],
    ["zeros", new Uint8Array(8), null],
  ])("a spanId of %s in protobuf", (_, spanId, kept) => {
    const { groups, rejected } = decodeProtobuf({ traceId: Buffer.from(TRACE, "hex"), spanId });
    expect(rejected).toBe(0);
    expect(groups[0]?.records).toEqual([{ ...BARE, trace_id: TRACE, span_id: kept }]);
  });
});

describe("requests without records are empty, not wrong", () => {
  test.each([
    "",
    "{}",
    '{"resourceLogs":null}',
    '{"resourceLogs":[{"scopeLogs":[{"logRecords":[]}]}]}',
    '{"resource_logs":[{"scope_logs":[{"log_records":[{}]}]}]}',
    '{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}',
  ])("%j", (json) => {
    expect(decodeLogs("json", utf8(json))).toEqual({ groups: [], rejected: 0, reasons: new Map() });
  });

  test("no bytes of protobuf", () => {
    expect(decodeLogs("protobuf", new Uint8Array(0))).toEqual({ groups: [], rejected: 0, reasons: new Map() });
  });
});

describe("a bad record is rejected alone, with its reason", () => {
  test.each<[unknown, string]>([
    [null, "a log record is not an object"],
    [7, "a log record is not an object"],
    [{ body: "text" }, "body is not an object such as {stringValue}"],
    [{ body: [] }, "body is not an object such as {stringValue}"],
    [{ body: { stringValue: 7 } }, "a stringValue is not a string"],
    [{ timeUnixNano: "soon" }, "timeUnixNano is not an unsigned 64-bit integer"],
    [{ observedTimeUnixNano: -1 }, "observedTimeUnixNano is not an unsigned 64-bit integer"],
    [{ eventName: 7 }, "eventName is not a string"],
    [{ severityText: {} }, "severityText is not a string"],
    [{ attributes: {} }, "attributes is not a list of {key, value}"],
    [{ droppedAttributesCount: -1 }, "a dropped…Count is not an unsigned 32-bit integer"],
  ])("%j", (bad, reason) => {
    expect(decodeJson(bad, { eventName: "good" }, bad)).toEqual({
      groups: [{ context: NO_CONTEXT, records: [{ ...BARE, event_name: "good" }] }],
      rejected: 2,
      reasons: new Map([[reason, 2]]),
    });
  });

  test("a scope of nothing but bad records leaves no group", () => {
    expect(decodeJson(null)).toEqual({
      groups: [],
      rejected: 1,
      reasons: new Map([["a log record is not an object", 1]]),
    });
  });
});

describe("bodies that are no log request are undecodable, with a sentence that says why", () => {
  test.each<[OtlpType, string, string]>([
    ["json", "{", "it is not valid JSON"],
    ["json", "[]", "the body is not an object"],
    ["json", '{"resourceLogs":{}}', "resourceLogs is not a list"],
    ["json", '{"resourceLogs":[7]}', "an element of resourceLogs is not an object"],
    ["json", '{"resourceLogs":[{"scopeLogs":[7]}]}', "an element of scopeLogs is not an object"],
    ["json", '{"resourceLogs":[{"scopeLogs":[{"logRecords":7}]}]}', "logRecords is not a list"],
    ["json", '{"resourceLogs":[{"scopeLogs":[{"scope":7,"logRecords":[{}]}]}]}', "scope is not an object"],
    ["protobuf", "\n", "the protobuf message is cut off"],
    ["protobuf", '{"resourceLogs":[]}', "the protobuf message is cut off"],
    // A record whose first field, the time, is a varint.
    ["protobuf", "\n\u0006\u0012\u0004\u0012\u0002\u0008\u0001", "a protobuf field has the wrong wire type"],
  ])("%s %j", (type, body, why) => {
    expect(codeOf(type, utf8(body))).toBe(`undecodable_body: The body cannot be read as an OTLP log request: ${why}.`);
  });

  /** Bytes as an embedded message: field number and wire type 2, length, bytes. */
  const embedded = (number: number, inner: number[]): number[] => {
    const { length } = inner;
    return [
      number * 8 + 2,
      ...(length < 0x80 ? [length] : [(length % 0x80) + 0x80, Math.floor(length / 0x80)]),
      ...inner,
    ];
  };

  test("a body deeper than 64 levels", () => {
    const json = (levels: number) => {
      let body: object = {};
      for (let level = 0; level < levels; level++) body = { arrayValue: { values: [body] } };
      return utf8(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body }] }] }] }));
    };
    const protobuf = (levels: number) => {
      let body: number[] = [];
      for (let level = 0; level < levels; level++) body = embedded(5, embedded(1, body));
      return Uint8Array.from(embedded(1, embedded(2, embedded(2, embedded(5, body)))));
    };
    const refused =
      "undecodable_body: The body cannot be read as an OTLP log request: a value is nested deeper than 64 levels.";
    expect([codeOf("json", json(64)), codeOf("json", json(65))]).toEqual(["decoded", refused]);
    expect([codeOf("protobuf", protobuf(64)), codeOf("protobuf", protobuf(65))]).toEqual(["decoded", refused]);
  });

  test("the name that records had in the first versions is skipped", () => {
    const record = [...embedded(4, [97]), ...embedded(12, [98])];
    const bytes = Uint8Array.from(embedded(1, embedded(2, embedded(2, record))));
    expect(decodeLogs("protobuf", bytes).groups[0]?.records).toEqual([{ ...BARE, event_name: "b" }]);
  });
});

describe("JSON and protobuf decode to the same", () => {
  test.each(["claude-code", "openlit", "mastra-otel", "otlp-spec-examples"])("%s", (name) => {
    for (const { body } of logRequests(name)) {
      const protobuf = protobufOfJson(parse(body), "ExportLogsServiceRequest");
      expect(decodeLogs("protobuf", protobuf)).toEqual(decodeLogs("json", body));
    }
  });

  const text = fc.string({ unit: "binary" });
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      text.map((stringValue) => ({ stringValue })),
      fc.boolean().map((boolValue) => ({ boolValue })),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => ({ intValue: String(n) })),
      fc.constant({}),
      fc.array(tie("any"), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
      fc
        .array(fc.record({ key: text, value: tie("any") }), { maxLength: 3 })
        .map((values) => ({ kvlistValue: { values } })),
    ),
  }));
  const id = (digits: number) =>
    fc.bigInt({ min: 0n, max: 16n ** BigInt(digits) - 1n }).map((n) => n.toString(16).padStart(digits, "0"));
  const nano = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
  const record = fc.record(
    {
      timeUnixNano: nano,
      observedTimeUnixNano: nano,
      severityNumber: fc.nat({ max: 30 }),
      severityText: text,
      eventName: text,
      body: any,
      attributes: fc.array(fc.record({ key: fc.oneof(text, fc.constant("event.name")), value: any }), { maxLength: 3 }),
      droppedAttributesCount: fc.nat({ max: 2 ** 32 - 1 }),
      flags: fc.nat({ max: 2 ** 32 - 1 }),
      traceId: fc.oneof(id(32), id(31), fc.constant("")),
      spanId: id(16),
    },
    { requiredKeys: [] },
  );

  test("any request that both can hold", () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 4 }), (logRecords) => {
        const request = { resourceLogs: [{ scopeLogs: [{ scope: { name: "s" }, logRecords }] }] };
        const json = decodeLogs("json", utf8(JSON.stringify(request)));
        expect(json.rejected).toBe(0);
        expect(decodeLogs("protobuf", protobufOfJson(request, "ExportLogsServiceRequest"))).toEqual(json);
      }),
      { numRuns: 200 },
    );
  });
});

describe("no body makes a decoder throw anything but undecodable_body", () => {
  const seeds = ["claude-code", "openlit", "otel-instr-openai", "otlp-spec-examples"]
    .flatMap((name) => logRequests(name))
    .concat(traceRequests("otlp-spec-examples"))
    .map(({ body }) => body.subarray(0, 8192));

  function decodeOrRefuse(type: OtlpType, bytes: Uint8Array): void {
    try {
      // Whatever was decoded can be stored: as JSON, in UTF-8, without a change.
      const stored = JSON.stringify(decodeLogs(type, bytes).groups);
      expect(stored.isWellFormed()).toBe(true);
      expect(stored).not.toMatch(/\\ud[89a-f]/i);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.code).toBe("undecodable_body");
    }
  }

  const share = fc.double({ min: 0, max: 0.9999, noNaN: true });
  const mutation = fc.record({
    seed: fc.nat({ max: seeds.length - 1 }),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
    edits: fc.array(fc.record({ at: share, byte: fc.nat({ max: 255 }) }), { maxLength: 12 }),
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

  test("any JSON where a field should be", () => {
    const anything = fc.anything({ maxDepth: 3, withNullPrototype: false });
    const field = fc.constantFrom(
      ...["resourceLogs", "resource", "scopeLogs", "scope", "logRecords", "traceId", "spanId", "timeUnixNano"],
      ...["severityNumber", "severityText", "eventName", "body", "attributes", "key", "value", "stringValue", "values"],
    );
    const bodies = logRequests("otlp-spec-examples").map(({ body }) => parse(body));
    fc.assert(
      fc.property(field, anything, fc.nat({ max: 3 }), fc.nat({ max: bodies.length - 1 }), (name, value, nth, of) => {
        let seen = 0;
        const json = JSON.stringify(bodies[of], (key, inner) => {
          const put = key === name && seen++ === nth ? value : inner;
          return typeof put === "bigint" ? String(put) : put;
        });
        decodeOrRefuse("json", utf8(json ?? "null"));
      }),
      { numRuns: 1000 },
    );
  });
});
