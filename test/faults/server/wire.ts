import type { Random } from "../random.ts";

/** What a field of an OTLP message holds. */
type Kind = "string" | "bytes" | "trace" | "span" | "varint" | "fixed64" | "fixed32" | "double" | "bool" | Message;

/** A message of OTLP: its fields by their JSON name, with number, kind, and whether there can be many. */
export interface Message {
  fields: Record<string, { n: number; kind: Kind | (() => Message); many?: boolean }>;
}

const ANY: Message = {
  fields: {
    stringValue: { n: 1, kind: "string" },
    boolValue: { n: 2, kind: "bool" },
    intValue: { n: 3, kind: "varint" },
    doubleValue: { n: 4, kind: "double" },
    arrayValue: { n: 5, kind: () => ({ fields: { values: { n: 1, kind: ANY, many: true } } }) },
    kvlistValue: { n: 6, kind: () => ({ fields: { values: { n: 1, kind: KEY_VALUE, many: true } } }) },
    bytesValue: { n: 7, kind: "bytes" },
  },
};
const KEY_VALUE: Message = { fields: { key: { n: 1, kind: "string" }, value: { n: 2, kind: ANY } } };
const attributes = (n: number) => ({ attributes: { n, kind: KEY_VALUE, many: true } });
const RESOURCE: Message = { fields: { ...attributes(1), droppedAttributesCount: { n: 2, kind: "varint" } } };
const SCOPE: Message = {
  fields: { name: { n: 1, kind: "string" }, version: { n: 2, kind: "string" }, ...attributes(3) },
};
const EVENT: Message = {
  fields: { timeUnixNano: { n: 1, kind: "fixed64" }, name: { n: 2, kind: "string" }, ...attributes(3) },
};
const LINK: Message = {
  fields: {
    traceId: { n: 1, kind: "trace" },
    spanId: { n: 2, kind: "span" },
    traceState: { n: 3, kind: "string" },
    ...attributes(4),
  },
};
const STATUS: Message = { fields: { message: { n: 2, kind: "string" }, code: { n: 3, kind: "varint" } } };
const SPAN: Message = {
  fields: {
    traceId: { n: 1, kind: "trace" },
    spanId: { n: 2, kind: "span" },
    traceState: { n: 3, kind: "string" },
    parentSpanId: { n: 4, kind: "span" },
    name: { n: 5, kind: "string" },
    kind: { n: 6, kind: "varint" },
    startTimeUnixNano: { n: 7, kind: "fixed64" },
    endTimeUnixNano: { n: 8, kind: "fixed64" },
    ...attributes(9),
    droppedAttributesCount: { n: 10, kind: "varint" },
    events: { n: 11, kind: EVENT, many: true },
    links: { n: 13, kind: LINK, many: true },
    status: { n: 15, kind: STATUS },
    flags: { n: 16, kind: "fixed32" },
  },
};
const RECORD: Message = {
  fields: {
    timeUnixNano: { n: 1, kind: "fixed64" },
    severityNumber: { n: 2, kind: "varint" },
    severityText: { n: 3, kind: "string" },
    body: { n: 5, kind: ANY },
    ...attributes(6),
    flags: { n: 8, kind: "fixed32" },
    traceId: { n: 9, kind: "trace" },
    spanId: { n: 10, kind: "span" },
    observedTimeUnixNano: { n: 11, kind: "fixed64" },
    eventName: { n: 12, kind: "string" },
  },
};
const POINT: Message = {
  fields: { timeUnixNano: { n: 3, kind: "fixed64" }, asDouble: { n: 4, kind: "double" }, ...attributes(7) },
};
const DATA: Message = { fields: { dataPoints: { n: 1, kind: POINT, many: true } } };
const METRIC: Message = {
  fields: {
    name: { n: 1, kind: "string" },
    gauge: { n: 5, kind: DATA },
    sum: { n: 7, kind: DATA },
    histogram: { n: 9, kind: DATA },
    exponentialHistogram: { n: 10, kind: DATA },
    summary: { n: 11, kind: DATA },
  },
};

function exported(of: string, scopes: string, items: string, item: Message): Message {
  const scope: Message = { fields: { scope: { n: 1, kind: SCOPE }, [items]: { n: 2, kind: item, many: true } } };
  const resource: Message = {
    fields: { resource: { n: 1, kind: RESOURCE }, [scopes]: { n: 2, kind: scope, many: true } },
  };
  return { fields: { [of]: { n: 1, kind: resource, many: true } } };
}

/** The three export requests. */
export const EXPORTS = {
  traces: exported("resourceSpans", "scopeSpans", "spans", SPAN),
  logs: exported("resourceLogs", "scopeLogs", "logRecords", RECORD),
  metrics: exported("resourceMetrics", "scopeMetrics", "metrics", METRIC),
};

/** What strings of a fuzzed message are taken from. */
export interface Words {
  keys: readonly string[];
  traces: readonly string[];
  spans: readonly string[];
}

type Value = string | number | boolean | bigint | Uint8Array | Tree | Value[];
export interface Tree {
  message: Message;
  values: Record<string, Value>;
}

const TEXTS = [
  "",
  "chat",
  "gpt-4o",
  "\u0000",
  "\ud800",
  "🜁".repeat(50),
  "x".repeat(5_000),
  "{",
  '[{"role":"user","content":"hi"}]',
  '[{"role":"assistant","parts":[{"type":"tool_call","id":1,"arguments":"{"}]}]',
  '{"__proto__":{"polluted":true}}',
  "NaN",
  "1e999",
  "-0",
  "9223372036854775808",
  "'; DROP TABLE runs; --",
  "null",
  "2026-02-30T25:61:61Z",
];
const NUMBERS = [0n, 1n, 2n, 5n, 255n, -1n, 2n ** 31n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n];
const DOUBLES = [0, -0, 1.5, -1, 1e308, Number.NaN, Number.POSITIVE_INFINITY, 5e-324];

/** A message with the fields it should have, more or less: some are missing, some are there too often. */
export function grow(random: Random, message: Message, words: Words, depth = 0): Tree {
  const values: Tree["values"] = {};
  const oneOf = message === ANY;
  const names = oneOf ? [random.pick(Object.keys(message.fields))] : Object.keys(message.fields);
  for (const name of names) {
    const field = message.fields[name] as Message["fields"][string];
    const kind = typeof field.kind === "function" ? field.kind() : field.kind;
    const nested = typeof kind === "object";
    if (nested && depth > 12) continue;
    // The way down must mostly be there, or nothing below is ever tried.
    if (!oneOf && !random.chance(nested && depth < 4 ? 0.9 : 0.7)) continue;
    const make = () => (nested ? grow(random, kind, words, depth + 1) : scalar(random, kind, name, words));
    values[name] = field.many ? Array.from({ length: random.int(0, depth > 5 ? 2 : 3) }, make) : make();
  }
  return { message, values };
}

function scalar(random: Random, kind: Exclude<Kind, Message>, name: string, words: Words): Value {
  switch (kind) {
    case "trace":
      return random.chance(0.9) ? random.pick(words.traces) : random.hex(random.int(0, 20));
    case "span":
      return random.chance(0.9) ? random.pick(words.spans) : random.hex(random.int(0, 12));
    case "bytes":
      return random.bytes(random.int(0, 40));
    case "bool":
      return random.chance(0.5);
    case "double":
      return random.pick(DOUBLES);
    case "string":
      return name === "key" || random.chance(0.3) ? random.pick(words.keys) : random.pick(TEXTS);
    case "fixed64":
      return random.chance(0.7)
        ? BigInt(Date.now() - random.int(0, 100_000_000)) * 1_000_000n + BigInt(random.int(0, 999_999))
        : random.pick(NUMBERS);
    default:
      return random.chance(0.5) ? BigInt(random.int(0, 1_000)) : random.pick(NUMBERS);
  }
}

const encoder = new TextEncoder();

/** The tree as protobuf. */
export function toProtobuf({ message, values }: Tree): Uint8Array {
  const out: number[] = [];
  for (const [name, value] of Object.entries(values)) {
    const { n, kind } = message.fields[name] as Message["fields"][string];
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each === "object" && "message" in each) bytesField(out, n, toProtobuf(each));
      else if (each instanceof Uint8Array) bytesField(out, n, each);
      else if (kind === "trace" || kind === "span") bytesField(out, n, Buffer.from(String(each), "hex"));
      else if (kind === "string") bytesField(out, n, encoder.encode(String(each)));
      else if (kind === "double") fixedField(out, n, 1, doubleBytes(Number(each)));
      else if (kind === "fixed64") fixedField(out, n, 1, integerBytes(BigInt(each as bigint), 8));
      else if (kind === "fixed32") fixedField(out, n, 5, integerBytes(BigInt(each as bigint), 4));
      else {
        varint(out, BigInt(n << 3));
        varint(out, BigInt.asUintN(64, BigInt(each as bigint | boolean)));
      }
    }
  }
  return Uint8Array.from(out);
}

function varint(out: number[], value: bigint): void {
  let left = value;
  while (left > 127n) {
    out.push(Number(left & 127n) | 128);
    left >>= 7n;
  }
  out.push(Number(left));
}

function bytesField(out: number[], n: number, bytes: Uint8Array): void {
  varint(out, BigInt((n << 3) | 2));
  varint(out, BigInt(bytes.length));
  for (const byte of bytes) out.push(byte);
}

function fixedField(out: number[], n: number, wire: number, bytes: Uint8Array): void {
  varint(out, BigInt((n << 3) | wire));
  out.push(...bytes);
}

function integerBytes(value: bigint, length: number): Uint8Array {
  let left = BigInt.asUintN(length * 8, value);
  return Uint8Array.from({ length }, () => {
    const byte = Number(left & 255n);
    left >>= 8n;
    return byte;
  });
}

function doubleBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return bytes;
}

/** The tree as OTLP/JSON. */
export function toJson({ message, values }: Tree): Record<string, unknown> {
  const plain = (kind: unknown, value: Value): unknown => {
    if (Array.isArray(value)) return value.map((each) => plain(kind, each));
    if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
    if (typeof value === "object") return toJson(value);
    if (typeof value === "bigint") return String(value);
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    return value;
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, plain(message.fields[name]?.kind, value)]),
  );
}
