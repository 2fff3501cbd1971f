import { describe, expect, test } from "vitest";
import { encodeProto } from "../../../test/fixtures/proto/encode.ts";
import { AppError } from "../../errors.ts";
import type { DecodedTraces } from "../model.ts";
import { decodeTracesProtobuf } from "./protobuf.ts";

const TRACE = Buffer.from("5b8efff798038103d269b633813fc60c", "hex");
const SPAN = Buffer.from("eee19b7ec3c1b174", "hex");
const IDS = { traceId: TRACE, spanId: SPAN };

const BARE = {
  trace_id: "5b8efff798038103d269b633813fc60c",
  span_id: "eee19b7ec3c1b174",
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

/** A field as it goes over the wire. The payload of a length-delimited one (wire type 2) gets its length in front. */
function field(number: number, wireType: number, payload: Uint8Array | number[]): number[] {
  const length = wireType === 2 ? varint(payload.length) : [];
  return [...varint(number * 8 + wireType), ...length, ...payload];
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))];
}

/** A request of one span that has these bytes after its ids. */
function bodyOf(...fields: number[][]): Uint8Array {
  const span = [...field(1, 2, TRACE), ...field(2, 2, SPAN), ...fields.flat()];
  return Uint8Array.from(field(1, 2, field(2, 2, field(2, 2, span))));
}

function spanOf(...fields: number[][]) {
  return decodeTracesProtobuf(bodyOf(...fields)).groups[0]?.spans[0];
}

/** The value of an attribute whose AnyValue has these bytes. */
function attributeOf(any: number[]) {
  return spanOf(field(9, 2, [...field(1, 2, [107]), ...field(2, 2, any)]))?.attributes.k;
}

function codeOf(bytes: Uint8Array | number[]): string {
  try {
    decodeTracesProtobuf(Uint8Array.from(bytes));
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "decoded";
}

function decodeSpans(spans: object[]): DecodedTraces {
  return decodeTracesProtobuf(
    encodeProto("ExportTraceServiceRequest", { resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  );
}

const utf8 = (text: string) => new TextEncoder().encode(text);

test("the status code of old exporters, now a reserved field, is passed over", () => {
  const status = field(15, 2, [...field(1, 0, [2]), ...field(2, 2, utf8("no")), ...field(3, 0, [2])]);
  expect(spanOf(status)?.status).toEqual({ code: "error", message: "no" });
});

test("a span of nothing but its ids gets proto3's defaults", () => {
  expect(decodeTracesProtobuf(bodyOf())).toEqual({
    groups: [{ context: { resource: {}, scope: { name: "", version: "" } }, spans: [BARE] }],
    rejected: 0,
    reasons: new Map(),
  });
});

describe("requests without spans are empty, not wrong", () => {
  test.each([
    ["no bytes", []],
    ["an empty resource", field(1, 2, [])],
    ["an empty scope", field(1, 2, field(2, 2, []))],
    ["only a resource", field(1, 2, field(1, 2, field(1, 2, field(1, 2, utf8("service.name")))))],
  ])("%s", (_, bytes) => {
    expect(decodeTracesProtobuf(Uint8Array.from(bytes))).toEqual({ groups: [], rejected: 0, reasons: new Map() });
  });
});

test("bytes inside a larger buffer are read from their own start", () => {
  const bytes = bodyOf(field(7, 1, [1, 0, 0, 0, 0, 0, 0, 0]), field(5, 2, utf8("name")));
  const larger = new Uint8Array(bytes.length + 20).fill(0xff);
  larger.set(bytes, 7);
  expect(decodeTracesProtobuf(larger.subarray(7, 7 + bytes.length)).groups[0]?.spans).toEqual([
    { ...BARE, name: "name", start_time_unix_nano: "1" },
  ]);
});

test("a resource or scope that comes after its spans is theirs too", () => {
  const name = (key: string) => [...field(1, 2, utf8(key)), ...field(2, 2, field(1, 2, utf8("v")))];
  const span = [...field(1, 2, TRACE), ...field(2, 2, SPAN)];
  const scope = [...field(1, 2, utf8("lib")), ...field(2, 2, utf8("1")), ...field(3, 2, name("s"))];
  const scopeSpans = [...field(2, 2, span), ...field(1, 2, scope)];
  const resourceSpans = [...field(2, 2, scopeSpans), ...field(1, 2, field(1, 2, name("r")))];
  expect(decodeTracesProtobuf(Uint8Array.from(field(1, 2, resourceSpans))).groups).toEqual([
    { context: { resource: { r: "v" }, scope: { name: "lib", version: "1", attributes: { s: "v" } } }, spans: [BARE] },
  ]);
});

describe("a bad span is rejected alone, with its reason", () => {
  const BAD_TRACE = "traceId is not 32 hex digits (16 bytes) or is all zeros";
  const BAD_SPAN = "spanId is not 16 hex digits (8 bytes) or is all zeros";
  const BAD_PARENT = "parentSpanId is not 16 hex digits (8 bytes)";
  test.each<[string, object, string]>([
    ["no trace id", { spanId: SPAN }, BAD_TRACE],
    ["a short trace id", { ...IDS, traceId: SPAN }, BAD_TRACE],
    ["a trace id in hex digits", { ...IDS, traceId: utf8(BARE.trace_id) }, BAD_TRACE],
    ["a trace id of zeros", { ...IDS, traceId: new Uint8Array(16) }, BAD_TRACE],
    ["no span id", { traceId: TRACE }, BAD_SPAN],
    ["a long span id", { ...IDS, spanId: TRACE }, BAD_SPAN],
    ["a span id of zeros", { ...IDS, spanId: new Uint8Array(8) }, BAD_SPAN],
    ["a short parent id", { ...IDS, parentSpanId: SPAN.subarray(1) }, BAD_PARENT],
  ])("%s", (_, bad, reason) => {
    expect(decodeSpans([bad, { ...IDS, name: "good" }, bad])).toEqual({
      groups: [{ context: { resource: {}, scope: { name: "", version: "" } }, spans: [{ ...BARE, name: "good" }] }],
      rejected: 2,
      reasons: new Map([[reason, 2]]),
    });
  });

  test("no parent and a parent of zeros are both a root", () => {
    const decoded = decodeSpans([IDS, { ...IDS, parentSpanId: new Uint8Array(8) }, { ...IDS, parentSpanId: SPAN }]);
    expect(decoded.groups[0]?.spans.map((span) => span.parent_span_id)).toEqual([null, null, "eee19b7ec3c1b174"]);
  });

  test("a link that points nowhere is left out and counted as dropped", () => {
    const links = [{ ...IDS, flags: 1 }, { traceId: TRACE }, { spanId: SPAN }];
    expect(decodeSpans([{ ...IDS, links, droppedLinksCount: 1 }]).groups[0]?.spans).toEqual([
      {
        ...BARE,
        links: [{ trace_id: BARE.trace_id, span_id: BARE.span_id, attributes: {}, flags: 1 }],
        dropped_links_count: 3,
      },
    ]);
  });
});

describe("values", () => {
  const double = (value: number) => [...new Uint8Array(new Float64Array([value]).buffer)];
  test.each<[string, number[], unknown]>([
    ["no field", [], null],
    ["an unknown field", field(99, 0, [1]), null],
    ["an empty string", field(1, 2, []), ""],
    ["text beyond ASCII", field(1, 2, utf8("héllo 日本語 🎉")), "héllo 日本語 🎉"],
    ["a NUL", field(1, 2, [97, 0, 98]), "a\u0000b"],
    ["bytes that are not UTF-8", field(1, 2, [97, 0xff, 98]), "a\ufffdb"],
    ["a surrogate as UTF-8", field(1, 2, [0xed, 0xa0, 0x80]), "\ufffd\ufffd\ufffd"],
    ["true", field(2, 0, [1]), true],
    ["false", field(2, 0, [0]), false],
    ["0", field(3, 0, [0]), 0],
    ["0 in ten bytes", field(3, 0, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0]), 0],
    ["300", field(3, 0, [0xac, 2]), 300],
    ["-1", field(3, 0, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]), -1],
    ["2^53 - 1", field(3, 0, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]), 9007199254740991],
    ["2^53", field(3, 0, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]), "9007199254740992"],
    ["the greatest int64", field(3, 0, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]), "9223372036854775807"],
    ["the least int64", field(3, 0, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1]), "-9223372036854775808"],
    ["0.1", field(4, 1, double(0.1)), 0.1],
    ["NaN", field(4, 1, double(Number.NaN)), "NaN"],
    ["Infinity", field(4, 1, double(Number.POSITIVE_INFINITY)), "Infinity"],
    ["-Infinity", field(4, 1, double(Number.NEGATIVE_INFINITY)), "-Infinity"],
    ["an empty list", field(5, 2, []), []],
    ["a list with nothing in it", field(5, 2, [...field(1, 2, []), ...field(1, 2, field(3, 0, [1]))]), [null, 1]],
    ["an empty key-value list", field(6, 2, []), {}],
    ["a key-value list", field(6, 2, field(1, 2, [...field(1, 2, [97]), ...field(2, 2, field(3, 0, [1]))])), { a: 1 }],
    ["bytes", field(7, 2, [0, 255]), { bytes: "AP8=" }],
    ["no bytes", field(7, 2, []), { bytes: "" }],
    ["a oneof set twice: the last wins", [...field(3, 0, [1]), ...field(1, 2, [97])], "a"],
  ])("%s", (_, any, kept) => {
    expect(attributeOf(any)).toEqual(kept);
  });

  test("text of every length, ASCII before and after bytes beyond it", () => {
    const texts = Array.from({ length: 60 }, (_, length) => (length % 7 === 3 ? "é" : "a").repeat(length));
    const attributes = texts.map((stringValue, i) => ({ key: `k${i}`, value: { stringValue } }));
    const read = decodeSpans([{ ...IDS, attributes }]).groups[0]?.spans[0]?.attributes;
    expect(read).toEqual(Object.fromEntries(texts.map((text, i) => [`k${i}`, text])));
  });
});

test("names that JavaScript objects already know are attributes like any other", () => {
  const names = ["__proto__", "constructor", "toString"];
  const attributes = names.map((key) => ({ key, value: { stringValue: key } }));
  const read = decodeSpans([{ ...IDS, attributes }]).groups[0]?.spans[0]?.attributes ?? {};
  expect(Object.entries(read)).toEqual(names.map((key) => [key, key]));
  expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
});

test("an enum value that is not known is the default", () => {
  const kinds = [0, 1, 5, 6, 2 ** 31 - 1].map((kind) => ({ ...IDS, kind, status: { code: kind } }));
  expect(decodeSpans(kinds).groups[0]?.spans.map((span) => [span.kind, span.status])).toEqual([
    ["unspecified", { code: "unset" }],
    ["internal", { code: "ok" }],
    ["consumer", { code: "unset" }],
    ["unspecified", { code: "unset" }],
    ["unspecified", { code: "unset" }],
  ]);
});

test("64-bit times are exact", () => {
  const times = ["1", "1767225600010500001", "18446744073709551615"];
  const spans = times.map((time) => ({ ...IDS, startTimeUnixNano: time, endTimeUnixNano: "0" }));
  expect(decodeSpans(spans).groups[0]?.spans.map((span) => span.start_time_unix_nano)).toEqual(times);
});

describe("fields of a later version are skipped, whatever their wire type", () => {
  const group = (number: number, inner: number[]) => [...varint(number * 8 + 3), ...inner, ...varint(number * 8 + 4)];
  test.each<[string, number[]]>([
    ["a varint", field(100, 0, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1])],
    ["64 bits", field(100, 1, [1, 2, 3, 4, 5, 6, 7, 8])],
    ["bytes", field(100, 2, [1, 2, 3])],
    ["32 bits", field(100, 5, [1, 2, 3, 4])],
    ["a group", group(100, [...field(1, 0, [1]), ...field(2, 2, [1]), ...group(3, [])])],
    ["the greatest field number", field(2 ** 29 - 1, 0, [1])],
  ])("%s", (_, bytes) => {
    expect(spanOf(bytes, field(5, 2, utf8("after")))).toEqual({ ...BARE, name: "after" });
    expect(decodeTracesProtobuf(Uint8Array.from([...bytes, ...bodyOf(bytes)])).groups[0]?.spans).toEqual([BARE]);
    expect(attributeOf([...bytes, ...field(3, 0, [7])])).toBe(7);
  });
});

describe("bytes that are no trace request are undecodable, with a sentence that says why", () => {
  const CUT = "the protobuf message is cut off";
  const GROUP = "the protobuf message holds a group that does not end or is nested too deep";
  test.each<[string, Uint8Array | number[], string]>([
    ["a tag without a value", [0x0a], CUT],
    ["a length beyond the end", [0x0a, 5, 1], CUT],
    ["a length of 4 GB", [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f], CUT],
    ["a tag that is cut off", [0x8a], CUT],
    ["a child that reaches beyond its parent", [0x0a, 2, 0x12, 3, 0, 0, 0], CUT],
    ["a time that is cut off", bodyOf(field(7, 1, [1, 2])), CUT],
    [
      "a number of eleven bytes",
      bodyOf(field(6, 0, Array(10).fill(0xff).concat(1))),
      "the protobuf message holds a number of more than 64 bits",
    ],
    ["field number 0", [0x02, 0], "the protobuf message holds a field number that cannot be"],
    ["wire type 7", field(100, 7, []), "the protobuf message holds a field of an unknown wire type"],
    ["a group that does not end", [...varint(803), 0x08, 1], GROUP],
    ["the end of a group that never began", varint(804), GROUP],
    ["a group that ends as another", [...varint(803), ...varint(812)], GROUP],
    ["ten thousand groups", Array.from({ length: 10_000 }, () => varint(803)).flat(), GROUP],
    ["a name that is a number", bodyOf(field(5, 0, [1])), "a protobuf field has the wrong wire type"],
    ["a time that is a varint", bodyOf(field(7, 0, [1])), "a protobuf field has the wrong wire type"],
    ["a request that is JSON", utf8('{"resourceSpans":[]}'), CUT],
    ["a text", utf8("hello"), GROUP],
  ])("%s", (_, bytes, why) => {
    expect(codeOf(bytes)).toBe(`undecodable_body: The body cannot be read as an OTLP trace request: ${why}.`);
  });

  test("a body cut off anywhere is undecodable or, between two fields of the request, a shorter one", () => {
    const whole = encodeProto("ExportTraceServiceRequest", {
      resourceSpans: [{ scopeSpans: [{ spans: [{ ...IDS, name: "a" }] }] }, { scopeSpans: [{ spans: [IDS] }] }],
    });
    const codes = new Set<string>();
    const decoded: number[] = [];
    for (let end = 0; end < whole.length; end++) {
      const code = codeOf(whole.subarray(0, end));
      codes.add(code.split(":")[0] as string);
      if (code === "decoded") decoded.push(end);
    }
    expect(codes).toEqual(new Set(["decoded", "undecodable_body"]));
    expect(decoded).toEqual([0, 37]);
  });

  test.each([
    ["lists", (inner: number[]) => field(5, 2, field(1, 2, inner))],
    ["key-value lists", (inner: number[]) => field(6, 2, field(1, 2, field(2, 2, inner)))],
  ])("%s deeper than 64 levels are refused", (_, wrap) => {
    let value: number[] = [];
    for (let level = 0; level < 64; level++) value = wrap(value);
    expect(attributeOf(value)).toBeDefined();
    const body = bodyOf(field(9, 2, field(2, 2, wrap(value))));
    expect(codeOf(body)).toMatch("a value is nested deeper than 64 levels");
  });
});
