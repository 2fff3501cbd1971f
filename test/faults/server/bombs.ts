import { gzipSync } from "node:zlib";
import { Random } from "../random.ts";
import { fromSchema } from "./mutate.ts";
import type { Door } from "./routes.ts";

/** A body that was made to do harm, and the answers that are right. */
export interface Bomb {
  name: string;
  method?: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
  /**
   * Statuses that are right; 200 only where the format says that what is not known is to be ignored. null: the connection
   * may end while the body is still being sent, which hides an early answer from most clients.
   */
  right: readonly (number | null)[];
}

const MIB = 1024 * 1024;
const JSON_TYPE = { "content-type": "application/json" };
const PROTOBUF_TYPE = { "content-type": "application/x-protobuf" };
const GZIP = { "content-encoding": "gzip" };
/** Refused as a whole. */
const REFUSED = [400, 413, 415] as const;
/** Refused, or taken without what cannot be taken (partial success), or without what is not known. */
const REFUSED_OR_LEFT_OUT = [200, ...REFUSED] as const;

/** A door that looks for something first may not find it. */
const refusedAt = (path: string): readonly number[] => (path.includes("/bomb") ? [...REFUSED, 404] : REFUSED);

/** Of doors that keep JSON as it is, depth is none of their business as long as it does no harm. */
const ANY_BUT_OURS = [200, 201, 202, 204, 401, 403, 404, 409, 422, ...REFUSED] as const;

const SIGNALS = ["traces", "logs", "metrics"] as const;
const LISTS = { traces: "resourceSpans", logs: "resourceLogs", metrics: "resourceMetrics" } as const;
const OTLP = SIGNALS.flatMap((signal) =>
  [JSON_TYPE, PROTOBUF_TYPE].map((headers) => ({ signal, path: `/v1/${signal}`, headers })),
);
const text = (value: string) => Buffer.from(value);

/** A valid request of one span, with more at its attributes or in its place. */
function spanJson(more: Record<string, string> = {}): string {
  const now = `${Date.now()}000000`;
  const fields: Record<string, string> = {
    traceId: '"0af7651916cd43dd8448eb211c80319c"',
    spanId: '"b7ad6b7169203331"',
    name: '"bomb"',
    startTimeUnixNano: `"${now}"`,
    endTimeUnixNano: `"${now}"`,
    attributes: "[]",
    ...more,
  };
  const span = Object.entries(fields).map(([name, value]) => `"${name}":${value}`);
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[{${span.join(",")}}]}]}]}`;
}

const attribute = (value: string) => `[{"key":"k","value":${value}}]`;

function deep(open: string, middle: string, close: string, levels: number): string {
  return open.repeat(levels) + middle + close.repeat(levels);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  while (left > 127) {
    bytes.push((left % 128) | 128);
    left = Math.floor(left / 128);
  }
  return [...bytes, left];
}

function field(n: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([...varint(n * 8 + 2), ...varint(body.length)]), body]);
}

/** Messages in messages, from the inside out: `path` names the field of each level, over and over. */
function nested(path: readonly number[], levels: number): Uint8Array {
  // Each level's prefix is written in front, so that 100,000 levels do not copy 100,000 times.
  const prefixes: Uint8Array[] = [];
  let length = 0;
  for (let level = levels - 1; level >= 0; level--) {
    const prefix = Uint8Array.from([...varint((path[level % path.length] as number) * 8 + 2), ...varint(length)]);
    prefixes.push(prefix);
    length += prefix.length;
  }
  return Buffer.concat(prefixes.reverse());
}

function* gzipBombs(jsonDoors: readonly Door[]): Generator<Bomb> {
  const zeros = gzipSync(Buffer.alloc(64 * MIB), { level: 9 });
  const large = gzipSync(Buffer.alloc(256 * MIB), { level: 9 });
  const spaces = gzipSync(Buffer.alloc(21 * MIB, " "), { level: 9 });
  const members = Buffer.concat(Array.from({ length: 40 }, () => gzipSync(Buffer.alloc(MIB, " "))));
  for (const { path, headers } of OTLP) {
    const door = { path, headers: { ...headers, ...GZIP } };
    yield { ...door, name: "64 MiB of zeros in 64 KB", body: zeros, right: [413] };
    yield { ...door, name: "256 MiB of zeros in 256 KB", body: large, right: [413] };
    yield { ...door, name: "21 MiB of spaces", body: spaces, right: [413] };
    yield { ...door, name: "40 members of 1 MiB", body: members, right: [413] };
    yield { ...door, name: "gzip in gzip", body: gzipSync(gzipSync(text(spanJson()))), right: [400] };
    yield { ...door, name: "a bomb in gzip in gzip", body: gzipSync(zeros), right: [400] };
  }
  for (const { method, path } of jsonDoors) {
    const headers = { ...JSON_TYPE, ...GZIP };
    yield { name: "64 MiB of zeros in 64 KB", method, path, headers, body: zeros, right: refusedAt(path) };
  }
}

function* brokenGzip(): Generator<Bomb> {
  const whole = gzipSync(text(spanJson()));
  const door = { path: "/v1/traces", headers: { ...JSON_TYPE, ...GZIP } };
  for (let cut = 1; cut < whole.length; cut += Math.ceil(whole.length / 24)) {
    yield { ...door, name: `gzip cut after ${cut} bytes`, body: whole.subarray(0, cut), right: [400] };
  }
  const changed = (at: number, to: number) => {
    const bytes = Buffer.from(whole);
    bytes[at] = to;
    return bytes;
  };
  yield { ...door, name: "gzip of another method", body: changed(2, 7), right: [400] };
  yield { ...door, name: "gzip with reserved flags", body: changed(3, 0xe0), right: [400] };
  yield { ...door, name: "gzip with a wrong checksum", body: changed(whole.length - 8, 1), right: [400] };
  yield { ...door, name: "gzip with a wrong length", body: changed(whole.length - 1, 9), right: [400] };
  yield { ...door, name: "no gzip at all", body: text(spanJson()), right: [400] };
  yield { ...door, name: "foreign bytes behind gzip", body: Buffer.concat([whole, text("xyz")]), right: [200, 400] };
}

function* codings(): Generator<Bomb> {
  const body = text(spanJson());
  for (const coding of [
    "deflate",
    "br",
    "zstd",
    "snappy",
    "compress",
    "x-gzip",
    "gzip, gzip",
    "gzip, br",
    "br, gzip",
    "identity, gzip",
    "gzip;q=1",
    "*",
    "x".repeat(4_000),
  ]) {
    for (const { path } of OTLP.filter(({ headers }) => headers === JSON_TYPE)) {
      const headers = { ...JSON_TYPE, "content-encoding": coding };
      yield { name: `coding ${coding.slice(0, 20)}`, path, headers, body, right: [415] };
    }
    const headers = { ...JSON_TYPE, "content-encoding": coding };
    yield { name: `coding ${coding.slice(0, 20)}`, path: "/v1/traces/ingest", headers, body, right: [415] };
  }
  for (const type of [
    "",
    "text/plain",
    "application/json5",
    "application/xml",
    "multipart/form-data; boundary=x",
    "x",
  ]) {
    for (const signal of SIGNALS) {
      yield { name: `type ${type}`, path: `/v1/${signal}`, headers: { "content-type": type }, body, right: [415] };
    }
  }
}

function* deepOnes(jsonDoors: readonly Door[]): Generator<Bomb> {
  const levels = 100_000;
  const shapes: [string, string][] = [
    ["arrays", deep("[", "", "]", levels)],
    ["objects", deep('{"a":', "1", "}", levels)],
    ["arrays without an end", "[".repeat(levels)],
    ["both", deep('[{"a":', "1", "}]", levels / 2)],
  ];
  for (const [name, body] of shapes) {
    // An object of fields that are not known is a valid export of nothing.
    const ofOtlp = name === "objects" ? REFUSED_OR_LEFT_OUT : REFUSED;
    for (const signal of SIGNALS) {
      const path = `/v1/${signal}`;
      yield { name: `100,000 levels of ${name}`, path, headers: JSON_TYPE, body: text(body), right: ofOtlp };
    }
    for (const { method, path } of jsonDoors) {
      yield {
        name: `100,000 levels of ${name}`,
        method,
        path,
        headers: JSON_TYPE,
        body: text(body),
        right: refusedAt(path),
      };
    }
    for (const signal of SIGNALS) {
      const right = name === "arrays without an end" ? REFUSED : REFUSED_OR_LEFT_OUT;
      const list = text(`{"${LISTS[signal]}":${body}}`);
      yield { name: `${name} as ${LISTS[signal]}`, path: `/v1/${signal}`, headers: JSON_TYPE, body: list, right };
    }
  }
  const values: [string, string][] = [
    ["arrayValue", deep('{"arrayValue":{"values":[', '{"stringValue":"x"}', "]}}", levels)],
    ["kvlistValue", deep('{"kvlistValue":{"values":[{"key":"k","value":', '{"stringValue":"x"}', "}]}}", levels / 2)],
  ];
  for (const [name, value] of values) {
    const body = text(spanJson({ attributes: attribute(value) }));
    yield { name: `deep ${name}`, path: "/v1/traces", headers: JSON_TYPE, body, right: REFUSED_OR_LEFT_OUT };
    const record = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${value}}]}]}]}`;
    yield {
      name: `deep ${name}`,
      path: "/v1/logs",
      headers: JSON_TYPE,
      body: text(record),
      right: REFUSED_OR_LEFT_OUT,
    };
  }
  for (const depth of [1_000, 100_000]) {
    // resourceSpans > scopeSpans > spans > attributes, then AnyValue > ArrayValue over and over.
    const value = nested([2, 5, 1, 5, 1], depth);
    const span = Buffer.concat([
      field(1, Buffer.from("0af7651916cd43dd8448eb211c80319c", "hex")),
      field(2, Buffer.from("b7ad6b7169203331", "hex")),
      field(9, value),
    ]);
    const body = field(1, field(2, field(2, span)));
    const of = { path: "/v1/traces", headers: PROTOBUF_TYPE };
    yield { ...of, name: `${depth} levels of AnyValue`, body, right: REFUSED_OR_LEFT_OUT };
    yield { ...of, name: `${depth} levels of unknown fields`, body: nested([15], depth), right: REFUSED_OR_LEFT_OUT };
    yield { ...of, name: `${depth} groups without an end`, body: Buffer.alloc(depth, 0x0b), right: REFUSED };
    yield {
      ...of,
      path: "/v1/logs",
      name: `${depth} levels in a record`,
      body: nested([1, 2, 2, 5], depth),
      right: REFUSED_OR_LEFT_OUT,
    };
    yield {
      ...of,
      path: "/v1/metrics",
      name: `${depth} levels of fields`,
      body: nested([1, 2, 2, 5, 1], depth),
      right: REFUSED_OR_LEFT_OUT,
    };
  }
}

/** Depth where a schema expects something else, or anything at all: in place of each value of a right body. */
function* deepInside(jsonDoors: readonly Door[]): Generator<Bomb> {
  const random = new Random(1, "deep");
  const bottomless = [deep("[", "", "]", 100_000), deep('{"a":', "1", "}", 100_000)];
  const mark = "the deep place";
  for (const { method, path, schema } of jsonDoors) {
    if (!schema) continue;
    for (const place of Array.from({ length: 40 }, (_, n) => n)) {
      let count = 0;
      const replaced = JSON.stringify(fromSchema(random, schema, ["x"]), (key, value) =>
        key !== "" && count++ === place ? mark : value,
      );
      if (count <= place) break;
      const body = replaced.replace(`"${mark}"`, bottomless[place % 2] as string);
      yield {
        name: `depth at value ${place}`,
        method,
        path,
        headers: JSON_TYPE,
        body: text(body),
        right: ANY_BUT_OURS,
      };
    }
  }
  for (const { method, path } of jsonDoors.filter((door) => door.path.endsWith("/events"))) {
    for (const type of [
      "CUSTOM",
      "SPAN",
      "STATE_SNAPSHOT",
      "STATE_DELTA",
      "RAW",
      "CLARIFICATION_GIVEN",
      "ARTIFACT_CREATED",
    ]) {
      for (const value of bottomless) {
        const fields = ["value", "attributes", "snapshot", "delta", "event", "answer", "more"].map(
          (name) => `"${name}":${value}`,
        );
        const data = `{"name":"x","artifact_id":"x",${fields.join(",")}}`;
        const body = text(`{"events":[{"type":"${type}","data":${data}}]}`);
        yield { name: `depth in ${type}`, method, path, headers: JSON_TYPE, body, right: ANY_BUT_OURS };
      }
    }
  }
}

function* wideOnes(jsonDoors: readonly Door[]): Generator<Bomb> {
  const keys = Array.from({ length: 1_000_000 }, (_, n) => `"k${n}":0`).join(",");
  for (const { method, path } of jsonDoors) {
    yield { name: "1e6 keys", method, path, headers: JSON_TYPE, body: text(`{${keys}}`), right: refusedAt(path) };
  }
  for (const signal of SIGNALS) {
    // Fields that are not known have to be ignored.
    yield { name: "1e6 keys", path: `/v1/${signal}`, headers: JSON_TYPE, body: text(`{${keys}}`), right: [200] };
    const many = text(`{"${LISTS[signal]}":[${"{},".repeat(1_000_000)}{}]}`);
    yield { name: "1e6 empty resources", path: `/v1/${signal}`, headers: JSON_TYPE, body: many, right: [200] };
    const empty = Buffer.alloc(2_000_000, Uint8Array.of(10, 0));
    yield { name: "1e6 empty resources", path: `/v1/${signal}`, headers: PROTOBUF_TYPE, body: empty, right: [200] };
  }
  const attributes = `[${Array.from({ length: 200_000 }, (_, n) => `{"key":"k${n}","value":{"intValue":1}}`).join(",")}]`;
  yield {
    name: "200,000 attributes",
    path: "/v1/traces",
    headers: JSON_TYPE,
    body: text(spanJson({ attributes })),
    right: REFUSED_OR_LEFT_OUT,
  };
  const items = `{"arrayValue":{"values":[${Array(500_000).fill('{"intValue":1}').join(",")}]}}`;
  yield {
    name: "500,000 values",
    path: "/v1/traces",
    headers: JSON_TYPE,
    body: text(spanJson({ attributes: attribute(items) })),
    right: REFUSED_OR_LEFT_OUT,
  };
  for (const { path, headers } of OTLP) {
    yield { name: "21 MiB as sent", path, headers, body: Buffer.alloc(21 * MIB, " "), right: [413, null] };
  }
  for (const { method, path } of jsonDoors) {
    const body = text(`{"token":"${"x".repeat(21 * MIB)}"}`);
    yield { name: "21 MiB as sent", method, path, headers: JSON_TYPE, body, right: [...refusedAt(path), null] };
  }
}

function* oddValues(jsonDoors: readonly Door[]): Generator<Bomb> {
  const of = { path: "/v1/traces", headers: JSON_TYPE, right: REFUSED_OR_LEFT_OUT };
  const numbers = [
    "1e999",
    "-1e999",
    "9".repeat(100_000),
    `"${"9".repeat(1_000_000)}"`,
    "0.1",
    '"0x10"',
    "-1",
    '"1e5"',
    "null",
    "{}",
  ];
  for (const number of numbers) {
    const name = `${number.slice(0, 12)} (${number.length})`;
    yield { ...of, name: `start ${name}`, body: text(spanJson({ startTimeUnixNano: number })) };
    yield { ...of, name: `int ${name}`, body: text(spanJson({ attributes: attribute(`{"intValue":${number}}`) })) };
    yield {
      ...of,
      name: `double ${name}`,
      body: text(spanJson({ attributes: attribute(`{"doubleValue":${number}}`) })),
    };
    yield { ...of, name: `kind ${name}`, body: text(spanJson({ kind: number })) };
  }
  const protos = [
    '{"__proto__":{"resourceSpans":[{}]}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    spanJson({ __proto__x: "1" }).replace("__proto__x", "__proto__"),
    spanJson({
      attributes:
        '[{"key":"__proto__","value":{"stringValue":"x"}},{"key":"__proto__","value":{"kvlistValue":{"values":[{"key":"polluted","value":{"intValue":1}}]}}}]',
    }),
    spanJson({
      attributes:
        '[{"key":"constructor","value":{"stringValue":"x"}},{"key":"hasOwnProperty","value":{"boolValue":true}}]',
    }),
  ];
  for (const [n, body] of protos.entries()) {
    yield { ...of, name: `prototype ${n}`, body: text(body) };
    yield {
      ...of,
      name: `prototype ${n}`,
      path: "/v1/logs",
      body: text(body.replaceAll("Spans", "Logs").replaceAll("spans", "logRecords")),
    };
  }
  for (const { method, path } of jsonDoors) {
    yield {
      name: "prototype",
      method,
      path,
      headers: JSON_TYPE,
      body: text('{"__proto__":{"scopes":["admin"],"name":"x"}}'),
      right: refusedAt(path),
    };
  }
}

function* badText(jsonDoors: readonly Door[]): Generator<Bomb> {
  const bad: [string, number[]][] = [
    ["a byte that never is UTF-8", [0xff]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["a cut sequence", [0xe2, 0x82]],
    ["beyond Unicode", [0xf5, 0x80, 0x80, 0x80]],
    ["a NUL", [0]],
  ];
  const [head = "", tail = ""] = spanJson({ name: '"@@"' }).split("@@");
  for (const [name, bytes] of bad) {
    const inName = Buffer.concat([text(head), Uint8Array.from(bytes), text(tail)]);
    yield { name, path: "/v1/traces", headers: JSON_TYPE, body: inName, right: REFUSED_OR_LEFT_OUT };
    yield {
      name: `${name} outside of a string`,
      path: "/v1/traces",
      headers: JSON_TYPE,
      body: Buffer.concat([Uint8Array.from(bytes), text(spanJson())]),
      right: REFUSED,
    };
    for (const { method, path } of jsonDoors) {
      yield { name, method, path, headers: JSON_TYPE, body: Uint8Array.from(bytes), right: refusedAt(path) };
    }
    const span = Buffer.concat([
      field(1, Buffer.from("0af7651916cd43dd8448eb211c80319c", "hex")),
      field(2, Buffer.from("b7ad6b7169203331", "hex")),
      field(5, Uint8Array.from(bytes)),
    ]);
    yield {
      name,
      path: "/v1/traces",
      headers: PROTOBUF_TYPE,
      body: field(1, field(2, field(2, span))),
      right: REFUSED_OR_LEFT_OUT,
    };
  }
  for (const [name, body] of [
    ["UTF-16", Buffer.from(spanJson(), "utf16le")],
    ["a byte order mark", Buffer.concat([Uint8Array.of(0xef, 0xbb, 0xbf), text(spanJson())])],
    ["half a document", text(spanJson().slice(0, 50))],
    ["two documents", text(spanJson() + spanJson())],
    ["null", text("null")],
    ["a list", text("[]")],
    ["a number", text("1")],
    ["a string", text('"x"')],
    ["NaN", text("NaN")],
    ["a comment", text("/**/{}")],
  ] as const) {
    const right = name === "a byte order mark" ? REFUSED_OR_LEFT_OUT : REFUSED;
    for (const signal of SIGNALS) yield { name, path: `/v1/${signal}`, headers: JSON_TYPE, body, right };
    yield { name, path: "/v1/traces/ingest", headers: JSON_TYPE, body, right };
  }
}

function* brokenProtobuf(): Generator<Bomb> {
  const bytes: [string, number[]][] = [
    ["a tag without an end", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ["field 0", [0x02, 0x00]],
    ["wire type 6", [0x0e]],
    ["wire type 7", [0x0f, 0x01]],
    ["a group's end alone", [0x0c]],
    ["a length of 2 GiB", [0x0a, 0xff, 0xff, 0xff, 0xff, 0x07]],
    ["a length of 2^63", [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ["a length past the end", [0x0a, 0x05, 0x00]],
    ["a cut number", [0x08, 0x80]],
    ["a cut fixed64", [0x09, 0x00, 0x00]],
    ["JSON", [...text(spanJson())]],
  ];
  for (const signal of SIGNALS) {
    for (const [name, body] of bytes) {
      const of = { path: `/v1/${signal}`, headers: PROTOBUF_TYPE };
      yield { ...of, name, body: Uint8Array.from(body), right: REFUSED };
      // The same where a resource is expected. What lies in a field of another kind may be skipped.
      yield { ...of, name: `${name}, inside`, body: field(1, Uint8Array.from(body)), right: REFUSED_OR_LEFT_OUT };
    }
  }
}

/**
 * All of them. Made one after the other: together they would take more memory than the server.
 * @param doors every path that takes a body
 */
export function* bombs(doors: readonly Door[]): Generator<Bomb> {
  // Doors that read no body have nothing to refuse.
  const jsonDoors = doors
    .filter(({ path }) => !/\/v1\/(traces|logs|metrics)$/.test(path))
    .filter(({ path, schema }) => schema !== undefined || path.endsWith("/v1/traces/ingest"))
    .map((door) => ({ ...door, path: door.path.replaceAll(/:\w+/g, "bomb") }));
  yield* gzipBombs(jsonDoors);
  yield* brokenGzip();
  yield* codings();
  yield* deepOnes(jsonDoors);
  yield* deepInside(jsonDoors);
  yield* wideOnes(jsonDoors);
  yield* oddValues(jsonDoors);
  yield* badText(jsonDoors);
  yield* brokenProtobuf();
}

/** A request as bytes on a connection, for what no HTTP client would send. `null`: the connection may just end. */
export interface RawRequest {
  name: string;
  lines: string[];
  body: string;
  right: readonly (number | null)[];
}

/**
 * A body that breaks off: whoever sent it sees its connection end and sends again. Where something in between answers for
 * it, 503 is what makes an exporter keep its spans; a 400 would make it drop them.
 */
const BROKEN_OFF = [400, 503, null] as const;

/** Requests whose length is not what they say. */
export function rawRequests(): RawRequest[] {
  const body = spanJson();
  const length = (value: string) => [`content-length: ${value}`];
  return [
    { name: "more declared than is allowed", lines: length(String(21 * MIB)), body: "", right: [413] },
    { name: "more declared than there is memory", lines: length("99999999999999"), body: "", right: [400, 413] },
    { name: "a length beyond 2^64", lines: length("9".repeat(30)), body: "", right: [400, 413] },
    { name: "a negative length", lines: length("-5"), body, right: [400, null] },
    { name: "a length that is no number", lines: length("ten"), body, right: [400, null] },
    { name: "two lengths", lines: [...length("5"), ...length("6")], body, right: [400, null] },
    {
      name: "a length and chunks",
      lines: [...length("5"), "transfer-encoding: chunked"],
      body: "0\r\n\r\n",
      right: [200, 400, null],
    },
    { name: "less declared than sent", lines: length("20"), body, right: [400] },
    { name: "more declared than sent", lines: length(String(body.length + 10)), body, right: BROKEN_OFF },
    {
      name: "a chunk of no size",
      lines: ["transfer-encoding: chunked"],
      body: "zz\r\n{}\r\n0\r\n\r\n",
      right: BROKEN_OFF,
    },
    {
      name: "a chunk of a negative size",
      lines: ["transfer-encoding: chunked"],
      body: "-1\r\n{}\r\n0\r\n\r\n",
      right: BROKEN_OFF,
    },
    { name: "a chunk that is cut", lines: ["transfer-encoding: chunked"], body: "ff\r\n{}", right: BROKEN_OFF },
    {
      name: "chunks in an unknown coding",
      lines: ["transfer-encoding: gzip, chunked"],
      body: "0\r\n\r\n",
      right: [200, 400, 501, null],
    },
  ];
}
