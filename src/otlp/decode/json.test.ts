import { describe, expect, test } from "vitest";
import { AppError } from "../../errors.ts";
import type { DecodedTraces } from "../model.ts";
import { decodeTracesJson } from "./json.ts";

const TRACE = "5b8efff798038103d269b633813fc60c";
const SPAN = "eee19b7ec3c1b174";

function decode(json: unknown): DecodedTraces {
  return decodeTracesJson(new TextEncoder().encode(typeof json === "string" ? json : JSON.stringify(json)));
}

/** One span with these fields next to its ids, in JSON text so that numbers stay as written. */
function bodyOf(fields: string): string {
  const span = `{"traceId":"${TRACE}","spanId":"${SPAN}"${fields === "" ? "" : `,${fields}`}}`;
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`;
}

function spanOf(fields: string) {
  const decoded = decode(bodyOf(fields));
  expect(Object.fromEntries(decoded.reasons)).toEqual({});
  return decoded.groups[0]?.spans[0];
}

function attributeOf(anyValue: string) {
  return spanOf(`"attributes":[{"key":"k","value":${anyValue}}]`)?.attributes.k;
}

function codeOf(json: unknown): string {
  try {
    decode(json);
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "decoded";
}

const BARE = {
  trace_id: TRACE,
  span_id: SPAN,
  parent_span_id: null,
  name: "",
  kind: "unspecified",
  start_time_unix_nano: "0",
  end_time_unix_nano: "0",
  status: { code: "unset" },
  attributes: {},
  events: [],
  links: [],
};

test("a span of nothing but its ids gets proto3's defaults", () => {
  expect(decode(bodyOf(""))).toEqual({
    groups: [{ context: { resource: {}, scope: { name: "", version: "" } }, spans: [BARE] }],
    rejected: 0,
    reasons: new Map(),
  });
});

test("a span with every field keeps every field", () => {
  const request = {
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "s" } }], droppedAttributesCount: 1 },
        schemaUrl: "https://opentelemetry.io/schemas/1.30.0",
        scopeSpans: [
          {
            scope: { name: "lib", version: "1.2", attributes: [{ key: "a", value: { boolValue: false } }] },
            spans: [
              {
                traceId: TRACE,
                spanId: SPAN,
                traceState: "a=b",
                parentSpanId: "00f067aa0ba902b7",
                flags: 257,
                name: "chat",
                kind: 3,
                startTimeUnixNano: "1767225600010500001",
                endTimeUnixNano: "1767225600900250000",
                attributes: [{ key: "n", value: { intValue: "7" } }],
                droppedAttributesCount: 2,
                events: [
                  {
                    timeUnixNano: "1767225600012000000",
                    name: "e",
                    attributes: [{ key: "x", value: { doubleValue: 0.5 } }],
                    droppedAttributesCount: 3,
                  },
                ],
                droppedEventsCount: 4,
                links: [
                  {
                    traceId: "0AF7651916CD43DD8448EB211C80319C",
                    spanId: "B7AD6B7169203331",
                    traceState: "c=d",
                    attributes: [{ key: "why", value: { stringValue: "retry" } }],
                    droppedAttributesCount: 5,
                    flags: 1,
                  },
                ],
                droppedLinksCount: 6,
                status: { message: "no", code: 2 },
              },
            ],
          },
        ],
      },
    ],
  };
  expect(decode(request).groups).toEqual([
    {
      context: {
        resource: { "service.name": "s" },
        scope: { name: "lib", version: "1.2", attributes: { a: false } },
      },
      spans: [
        {
          trace_id: TRACE,
          span_id: SPAN,
          parent_span_id: "00f067aa0ba902b7",
          name: "chat",
          kind: "client",
          start_time_unix_nano: "1767225600010500001",
          end_time_unix_nano: "1767225600900250000",
          status: { code: "error", message: "no" },
          attributes: { n: 7 },
          events: [
            { name: "e", time_unix_nano: "1767225600012000000", attributes: { x: 0.5 }, dropped_attributes_count: 3 },
          ],
          links: [
            {
              trace_id: "0af7651916cd43dd8448eb211c80319c",
              span_id: "b7ad6b7169203331",
              trace_state: "c=d",
              attributes: { why: "retry" },
              flags: 1,
              dropped_attributes_count: 5,
            },
          ],
          trace_state: "a=b",
          flags: 257,
          dropped_attributes_count: 2,
          dropped_events_count: 4,
          dropped_links_count: 6,
        },
      ],
    },
  ]);
});

describe("requests without spans are empty, not wrong", () => {
  test.each([
    "",
    "{}",
    '{"resourceSpans":null}',
    '{"resourceSpans":[]}',
    '{"resourceSpans":[{}]}',
    '{"resourceSpans":[{"scopeSpans":[{}]}]}',
    '{"resourceSpans":[{"resource":null,"scopeSpans":[{"scope":null,"spans":[]}]}]}',
    '{"resource_spans":[{"scope_spans":[{"spans":[{}]}]}]}',
    '{"unknown":1}',
    "\ufeff{}",
  ])("%j", (json) => {
    expect(decode(json)).toEqual({ groups: [], rejected: 0, reasons: new Map() });
  });
});

describe("bodies that are no trace request are undecodable, with a sentence that says why", () => {
  test.each([
    ["{", "it is not valid JSON"],
    ["nope", "it is not valid JSON"],
    ['{"resourceSpans":[{]}', "it is not valid JSON"],
    ["null", "the body is not an object"],
    ["[]", "the body is not an object"],
    ["7", "the body is not an object"],
    ['"x"', "the body is not an object"],
    ['{"resourceSpans":"x"}', "resourceSpans is not a list"],
    ['{"resourceSpans":{}}', "resourceSpans is not a list"],
    ['{"resourceSpans":[null]}', "an element of resourceSpans is not an object"],
    ['{"resourceSpans":[[]]}', "an element of resourceSpans is not an object"],
    ['{"resourceSpans":[{"resource":1}]}', "resource is not an object"],
    ['{"resourceSpans":[{"resource":{"attributes":{}}}]}', "attributes is not a list of {key, value}"],
    ['{"resourceSpans":[{"resource":{"attributes":[null]}}]}', "an attribute is not an object {key, value}"],
    ['{"resourceSpans":[{"scopeSpans":"x"}]}', "scopeSpans is not a list"],
    ['{"resourceSpans":[{"scopeSpans":[7]}]}', "an element of scopeSpans is not an object"],
    ['{"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}', "spans is not a list"],
    ['{"resourceSpans":[{"scopeSpans":[{"scope":[],"spans":[{}]}]}]}', "scope is not an object"],
    ['{"resourceSpans":[{"scopeSpans":[{"scope":{"name":1},"spans":[{}]}]}]}', "scope.name is not a string"],
  ])("%s", (json, why) => {
    expect(codeOf(json)).toBe(`undecodable_body: The body cannot be read as an OTLP trace request: ${why}.`);
  });
});

describe("a bad span is rejected alone, with its reason", () => {
  const BAD_TRACE = "traceId is not 32 hex digits (16 bytes) or is all zeros";
  const BAD_SPAN = "spanId is not 16 hex digits (8 bytes) or is all zeros";
  const BAD_PARENT = "parentSpanId is not 16 hex digits (8 bytes)";
  const ids = { traceId: TRACE, spanId: SPAN };
  test.each<[unknown, string]>([
    [{ spanId: SPAN }, BAD_TRACE],
    [{ ...ids, traceId: "" }, BAD_TRACE],
    [{ ...ids, traceId: TRACE.slice(1) }, BAD_TRACE],
    [{ ...ids, traceId: `${TRACE}0` }, BAD_TRACE],
    [{ ...ids, traceId: `g${TRACE.slice(1)}` }, BAD_TRACE],
    [{ ...ids, traceId: "0".repeat(32) }, BAD_TRACE],
    [{ ...ids, traceId: 7 }, BAD_TRACE],
    [{ ...ids, traceId: "W47/95gDgQPSabYzgT/GDA==" }, BAD_TRACE],
    [{ traceId: TRACE }, BAD_SPAN],
    [{ ...ids, spanId: "0".repeat(16) }, BAD_SPAN],
    [{ ...ids, spanId: TRACE }, BAD_SPAN],
    [{ ...ids, spanId: "７".repeat(16) }, BAD_SPAN],
    [{ ...ids, parentSpanId: "xyz" }, BAD_PARENT],
    [{ ...ids, parentSpanId: 1 }, BAD_PARENT],
    [null, "a span is not an object"],
    [7, "a span is not an object"],
    [[], BAD_TRACE],
    [{ ...ids, name: 7 }, "name is not a string"],
    [{ ...ids, status: "ok" }, "status is not an object"],
    [{ ...ids, status: { message: 1 } }, "status.message is not a string"],
    [{ ...ids, startTimeUnixNano: "soon" }, "startTimeUnixNano is not an unsigned 64-bit integer"],
    [{ ...ids, startTimeUnixNano: -1 }, "startTimeUnixNano is not an unsigned 64-bit integer"],
    [{ ...ids, startTimeUnixNano: "18446744073709551616" }, "startTimeUnixNano is not an unsigned 64-bit integer"],
    [{ ...ids, endTimeUnixNano: 1.5 }, "endTimeUnixNano is not an unsigned 64-bit integer"],
    [{ ...ids, endTimeUnixNano: true }, "endTimeUnixNano is not an unsigned 64-bit integer"],
    [{ ...ids, flags: -1 }, "flags is not an unsigned 32-bit integer"],
    [{ ...ids, droppedEventsCount: {} }, "a dropped…Count is not an unsigned 32-bit integer"],
    [{ ...ids, attributes: "x" }, "attributes is not a list of {key, value}"],
    [{ ...ids, attributes: [1] }, "an attribute is not an object {key, value}"],
    [{ ...ids, attributes: [{ key: 1 }] }, "an attribute's key is not a string"],
    [
      { ...ids, attributes: [{ key: "k", value: "bare" }] },
      "an attribute's value is not an object such as {stringValue}",
    ],
    [{ ...ids, attributes: [{ key: "k", value: [] }] }, "an attribute's value is not an object such as {stringValue}"],
    [{ ...ids, attributes: [{ key: "k", value: { stringValue: 1 } }] }, "a stringValue is not a string"],
    [{ ...ids, attributes: [{ key: "k", value: { boolValue: "true" } }] }, "a boolValue is not true or false"],
    [{ ...ids, attributes: [{ key: "k", value: { intValue: "1.5" } }] }, "an intValue is not a 64-bit integer"],
    [{ ...ids, attributes: [{ key: "k", value: { intValue: 1.5 } }] }, "an intValue is not a 64-bit integer"],
    [
      { ...ids, attributes: [{ key: "k", value: { intValue: "9223372036854775808" } }] },
      "an intValue is not a 64-bit integer",
    ],
    [{ ...ids, attributes: [{ key: "k", value: { doubleValue: "x" } }] }, "a doubleValue is not a number"],
    [{ ...ids, attributes: [{ key: "k", value: { bytesValue: "%" } }] }, "a bytesValue is not base64"],
    [{ ...ids, attributes: [{ key: "k", value: { arrayValue: [] } }] }, "arrayValue is not an object"],
    [{ ...ids, attributes: [{ key: "k", value: { arrayValue: { values: 1 } } }] }, "arrayValue.values is not a list"],
    [{ ...ids, attributes: [{ key: "k", value: { kvlistValue: 1 } }] }, "kvlistValue is not an object"],
    [{ ...ids, events: [null] }, "an event is not an object"],
    [{ ...ids, links: "x" }, "links is not a list"],
  ])("%j", (bad, reason) => {
    const good = { ...ids, name: "good" };
    const decoded = decode({ resourceSpans: [{ scopeSpans: [{ spans: [bad, good, bad] }] }] });
    expect({ ...decoded, reasons: Object.fromEntries(decoded.reasons) }).toEqual({
      groups: [{ context: { resource: {}, scope: { name: "", version: "" } }, spans: [{ ...BARE, name: "good" }] }],
      rejected: 2,
      reasons: { [reason]: 2 },
    });
  });

  test("a group of nothing but bad spans leaves no group", () => {
    const decoded = decode({ resourceSpans: [{ scopeSpans: [{ spans: [{}, {}, null] }] }] });
    expect(decoded).toEqual({
      groups: [],
      rejected: 3,
      reasons: new Map([
        [BAD_TRACE, 2],
        ["a span is not an object", 1],
      ]),
    });
  });
});

describe("ids", () => {
  test("hex of any case becomes lower-case", () => {
    const decoded = decode({
      resourceSpans: [
        {
          scopeSpans: [
            { spans: [{ traceId: TRACE.toUpperCase(), spanId: "EEE19B7EC3C1B174", parentSpanId: "Eee19B7EC3C1b173" }] },
          ],
        },
      ],
    });
    expect(decoded.groups[0]?.spans).toEqual([{ ...BARE, parent_span_id: "eee19b7ec3c1b173" }]);
  });

  test.each(['"parentSpanId":""', '"parentSpanId":null', '"parentSpanId":"0000000000000000"', ""])(
    "a root: %s",
    (fields) => {
      expect(spanOf(fields)?.parent_span_id).toBeNull();
    },
  );

  test("a link that points nowhere is left out and counted as dropped", () => {
    const links = `"links":[{"traceId":"x","spanId":"${SPAN}"},{"traceId":"${TRACE}","spanId":"${SPAN}"},{}]`;
    expect(spanOf(`${links},"droppedLinksCount":1`)).toEqual({
      ...BARE,
      links: [{ trace_id: TRACE, span_id: SPAN, attributes: {} }],
      dropped_links_count: 3,
    });
  });
});

describe("times are kept to the last digit", () => {
  test.each([
    ['"1767225600010500001"', "1767225600010500001"],
    ['"18446744073709551615"', "18446744073709551615"],
    ['"0"', "0"],
    ['""', "0"],
    ["null", "0"],
    ['"0001767225600010500001"', "1767225600010500001"],
    ["0", "0"],
    ["1767225600010", "1767225600010"],
    // A number beyond 2^53 was rounded by the parser: its shortest digits are what was sent, when that was microseconds.
    ["1767225600010500000", "1767225600010500000"],
    ["18446744073709551615", "18446744073709551615"],
  ])("%s", (sent, kept) => {
    expect(spanOf(`"startTimeUnixNano":${sent}`)?.start_time_unix_nano).toBe(kept);
  });

  test("an end before the start stays", () => {
    expect(spanOf('"startTimeUnixNano":"9","endTimeUnixNano":"3"')).toEqual({
      ...BARE,
      start_time_unix_nano: "9",
      end_time_unix_nano: "3",
    });
  });
});

describe("values", () => {
  test.each<[string, unknown]>([
    ['{"stringValue":""}', ""],
    ['{"stringValue":"héllo 日本語 🎉"}', "héllo 日本語 🎉"],
    ['{"stringValue":"a\\u0000b"}', "a\u0000b"],
    ['{"stringValue":"a\\ud800b"}', "a\ufffdb"],
    ['{"stringValue":"\\udc00"}', "\ufffd"],
    ['{"stringValue":"\\ud83c\\udf89"}', "🎉"],
    ['{"stringValue":null}', null],
    ['{"boolValue":true}', true],
    ['{"boolValue":false}', false],
    ['{"intValue":0}', 0],
    ['{"intValue":"0"}', 0],
    ['{"intValue":-5}', -5],
    ['{"intValue":"-5"}', -5],
    ['{"intValue":1e3}', 1000],
    ['{"intValue":9007199254740991}', 9007199254740991],
    ['{"intValue":"9007199254740991"}', 9007199254740991],
    ['{"intValue":"9007199254740993"}', "9007199254740993"],
    ['{"intValue":"-9007199254740993"}', "-9007199254740993"],
    ['{"intValue":"9223372036854775807"}', "9223372036854775807"],
    ['{"intValue":"-9223372036854775808"}', "-9223372036854775808"],
    ['{"intValue":9223372036854775807}', "9223372036854775807"],
    ['{"intValue":-9223372036854775808}', "-9223372036854775808"],
    ['{"doubleValue":0.1}', 0.1],
    ['{"doubleValue":3}', 3],
    ['{"doubleValue":"0.5"}', 0.5],
    ['{"doubleValue":"-1e3"}', -1000],
    ['{"doubleValue":"NaN"}', "NaN"],
    ['{"doubleValue":"Infinity"}', "Infinity"],
    ['{"doubleValue":"-Infinity"}', "-Infinity"],
    ['{"doubleValue":1e999}', "Infinity"],
    ['{"doubleValue":null}', null],
    ['{"bytesValue":""}', { bytes: "" }],
    ['{"bytesValue":"AP8="}', { bytes: "AP8=" }],
    ['{"bytesValue":"-_8"}', { bytes: "+/8=" }],
    ['{"arrayValue":{}}', []],
    ['{"arrayValue":{"values":[]}}', []],
    ['{"arrayValue":{"values":[{"stringValue":"a"},{},{"arrayValue":{"values":[{"intValue":1}]}}]}}', ["a", null, [1]]],
    ['{"kvlistValue":{}}', {}],
    ['{"kvlistValue":{"values":[{"key":"a","value":{"kvlistValue":{"values":[{"key":"b"}]}}}]}}', { a: { b: null } }],
    ["{}", null],
    ["null", null],
    ['{"unknownValue":1}', null],
    ['{"string_value":"snake"}', null],
  ])("%s", (sent, kept) => {
    expect(attributeOf(sent)).toEqual(kept);
  });

  test("the last of two attributes with one key wins, and a missing key is the empty one", () => {
    const attributes = `[{"key":"a","value":{"intValue":1}},{"key":"a","value":{"intValue":2}},{"value":{"intValue":3}}]`;
    expect(spanOf(`"attributes":${attributes}`)?.attributes).toEqual({ a: 2, "": 3 });
  });

  test("a lone surrogate in a key, a name or a message is made harmless too", () => {
    const span = spanOf(
      '"name":"\\ud800","status":{"message":"\\udc00"},"attributes":[{"key":"\\ud800","value":{"intValue":1}}]',
    );
    expect(span).toEqual({
      ...BARE,
      name: "\ufffd",
      status: { code: "unset", message: "\ufffd" },
      attributes: { "\ufffd": 1 },
    });
  });

  test("bytes that are not UTF-8 become U+FFFD", () => {
    const bytes = Buffer.from(bodyOf('"name":"?"'), "latin1");
    bytes[bytes.indexOf("?")] = 0xff;
    expect(decodeTracesJson(bytes).groups[0]?.spans[0]?.name).toBe("\ufffd");
  });
});

describe("names that JavaScript objects already know", () => {
  const NAMES = ["__proto__", "constructor", "toString", "hasOwnProperty", "prototype"];

  test("are attributes like any other, in spans, in nested values and in the resource", () => {
    const pairs = JSON.stringify(NAMES.map((key) => ({ key, value: { stringValue: key } })));
    const nested = `{"key":"nested","value":{"kvlistValue":{"values":${pairs}}}}`;
    const attributes = spanOf(`"attributes":[${pairs.slice(1, -1)},${nested}]`)?.attributes ?? {};
    const expected = NAMES.map((key) => [key, key]);
    expect(Object.entries(attributes).slice(0, -1)).toEqual(expected);
    expect(Object.entries(attributes.nested as object)).toEqual(expected);
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    expect(JSON.parse(JSON.stringify(attributes))).toEqual(attributes);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("as fields of a message they are unknown fields", () => {
    expect(spanOf('"__proto__":{"name":"evil"},"constructor":{"prototype":{"name":"evil"}}')).toEqual(BARE);
  });
});

describe("an enum is an integer", () => {
  test.each<[string, object]>([
    ['"kind":0', {}],
    ['"kind":1', { kind: "internal" }],
    ['"kind":5', { kind: "consumer" }],
    ['"kind":6', {}],
    ['"kind":-1', {}],
    ['"kind":"SPAN_KIND_SERVER"', {}],
    ['"kind":"length"', {}],
    ['"kind":"2"', {}],
    ['"kind":[2]', {}],
    ['"status":{"code":1}', { status: { code: "ok" } }],
    ['"status":{"code":2}', { status: { code: "error" } }],
    ['"status":{"code":3}', {}],
    ['"status":{"code":"STATUS_CODE_ERROR"}', {}],
    ['"status":{}', {}],
    ['"status":null', {}],
  ])("%s", (fields, changed) => {
    expect(spanOf(fields)).toEqual({ ...BARE, ...changed });
  });
});

describe("depth", () => {
  const nested = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels);
  const ARRAY = ['{"arrayValue":{"values":[', "]}}"] as const;
  const LIST = ['{"kvlistValue":{"values":[{"key":"k","value":', "}]}}"] as const;
  const TOO_DEEP =
    "undecodable_body: The body cannot be read as an OTLP trace request: a value is nested deeper than 64 levels.";

  test("an attribute may be 64 levels deep", () => {
    expect(JSON.stringify(attributeOf(nested(64, ...ARRAY)))).toBe(nested(64, "[", "]"));
  });

  test.each([65, 100_000])("arrays of %i levels are refused, not a stack overflow", (levels) => {
    expect(codeOf(bodyOf(`"attributes":[{"key":"k","value":${nested(levels, ...ARRAY)}}]`))).toBe(TOO_DEEP);
  });

  test.each([65, 100_000])("lists of %i levels are refused, not a stack overflow", (levels) => {
    const deep = `${LIST[0].repeat(levels)}{}${LIST[1].repeat(levels)}`;
    expect(codeOf(bodyOf(`"attributes":[{"key":"k","value":${deep}}]`))).toBe(TOO_DEEP);
  });

  test("nesting where nothing is read does no harm", () => {
    expect(spanOf(`"unknown":${nested(100_000, "[", "]")}`)).toEqual(BARE);
    expect(codeOf(nested(100_000, "[", "]"))).toMatch("the body is not an object");
  });
});
