import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { setNames, traceRequests } from "../../../test/fixtures/load.ts";
import { contextOf, spanWith } from "../../../test/fixtures/span.ts";
import type { RunEvent } from "../../events/event.ts";
import type { Attributes, AttributeValue, SpanData } from "../../events/span.ts";
import { decodeTraces } from "../../otlp/decode/index.ts";
import { pricedFacts } from "../ingest/parts.ts";
import { NO_CUSTOM_PRICES } from "../prices/custom.ts";
import { otlp } from "./otlp.ts";
import { keyValues } from "./otlp-values.ts";
import { BEGINNING, writePart } from "./write-part.ts";

/** Spans with what they share and what ingest makes of them, in their order. */
function spansOf(type: "json" | "protobuf", body: Uint8Array): SpanData[] {
  const { groups, rejected } = decodeTraces(type, body);
  expect(rejected).toBe(0);
  return groups.flatMap(({ context, spans }) =>
    spans.map((span) => ({ ...span, ...context, facts: pricedFacts(span, context, NO_CUSTOM_PRICES) })),
  );
}

const eventsOf = (spans: SpanData[]): RunEvent[] =>
  spans.map((data, n) => ({ seq: n + 1, id: data.span_id, type: "SPAN", time: "", v: 1, data }));

/** Writes a file part by part, as the job's steps do. */
async function written(events: RunEvent[], size: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let at = BEGINNING;
  for (;;) {
    const from = at.seq;
    const log = async function* () {
      yield events.slice(from);
    };
    const { bytes, next, ended } = await writePart(otlp, log(), at, events.length, size);
    pieces.push(bytes);
    if (ended) return Buffer.concat(pieces);
    expect(bytes.byteLength).toBe(size);
    at = next;
  }
}

describe("what is exported reads as what came in: spans, resources, scopes, facts and costs", () => {
  test.each(setNames())("%s", async (name) => {
    for (const { type, body } of traceRequests(name)) {
      const spans = spansOf(type, body);
      const exported = await written(eventsOf(spans), 1 << 20);
      expect(spansOf("json", exported)).toEqual(spans);
    }
  });
});

test("a file is the same however its parts are cut, also through a character", async () => {
  const [request] = traceRequests("mastra-otel");
  const spans = spansOf("json", request?.body as Uint8Array).map((span) => ({ ...span, name: `${span.name} é🌍` }));
  const events = eventsOf(spans);
  const whole = await written(events, 1 << 20);
  for (const size of [1, 7, 1000, whole.byteLength, whole.byteLength - 1]) {
    expect(Buffer.compare(await written(events, size), whole)).toBe(0);
  }
});

test("spans keep their order; neighbours of a resource and scope share a list", async () => {
  const data = (n: number, service: string, scope: string): SpanData => ({
    ...spanWith({ n }),
    ...contextOf(scope),
    resource: { "service.name": service },
    facts: { step: "span" },
  });
  const spans = [data(1, "a", "x"), data(2, "a", "x"), data(3, "a", "y"), data(4, "b", "y"), data(5, "a", "y")];
  const document = JSON.parse(new TextDecoder().decode(await written(eventsOf(spans), 1 << 20)));
  type Scopes = { scope: { name: string }; spans: { attributes: { value: { intValue: string } }[] }[] }[];
  const shape = document.resourceSpans.map(({ scopeSpans }: { scopeSpans: Scopes }) =>
    scopeSpans.map(({ scope, spans }) => [scope.name, spans.map((each) => each.attributes[0]?.value.intValue)]),
  );
  expect(shape).toEqual([
    [
      ["x", ["1", "2"]],
      ["y", ["3"]],
    ],
    [["y", ["4"]]],
    [["y", ["5"]]],
  ]);
});

test("a log without spans is a document without spans", async () => {
  const events = [{ seq: 1, type: "CUSTOM", time: "", v: 1, data: { name: "note", value: 1 } }];
  expect(JSON.parse(new TextDecoder().decode(await written(events, 1 << 20)))).toEqual({ resourceSpans: [] });
});

test("a log with a hole, or one that ends too early, is not exported", async () => {
  const events = eventsOf([1, 2, 3].map((n) => ({ ...spanWith({ n }), ...contextOf(), facts: { step: "span" } })));
  const log = (given: RunEvent[]) =>
    (async function* () {
      yield given;
    })();
  await expect(writePart(otlp, log(events.toSpliced(1, 1)), BEGINNING, 3, 1000)).rejects.toThrow("has 3 behind 1");
  await expect(writePart(otlp, log(events), BEGINNING, 4, 10_000)).rejects.toThrow("ends at 3, before 4");
});

test.each<[string, AttributeValue, unknown]>([
  ["text", "a", { stringValue: "a" }],
  ["a whole number", 3, { intValue: "3" }],
  ["another number", 0.1, { doubleValue: 0.1 }],
  ["a number that no int holds exactly", 2 ** 60, { doubleValue: 2 ** 60 }],
  ["an int that no number holds: its digits", "9007199254740993", { stringValue: "9007199254740993" }],
  ["a word for a double", "NaN", { stringValue: "NaN" }],
  ["no value", null, {}],
  ["a list", [1, "a"], { arrayValue: { values: [{ intValue: "1" }, { stringValue: "a" }] } }],
  ["an object", { a: true }, { kvlistValue: { values: [{ key: "a", value: { boolValue: true } }] } }],
  ["bytes", { bytes: "AAE=" }, { bytesValue: "AAE=" }],
  [
    "an object that only looks so",
    { bytes: "AAE" },
    { kvlistValue: { values: [{ key: "bytes", value: { stringValue: "AAE" } }] } },
  ],
])("%s", (_, value, expected) => {
  expect(keyValues({ k: value })).toEqual([{ key: "k", value: expected }]);
});

test("any plain JSON comes back as it was", () => {
  const text = fc.string({ unit: "binary" }).filter((each) => each.isWellFormed());
  const value = fc.jsonValue({ maxDepth: 5 }) as fc.Arbitrary<AttributeValue>;
  fc.assert(
    fc.property(fc.dictionary(text, value), (attributes: Attributes) => {
      const plain: Attributes = JSON.parse(JSON.stringify(attributes));
      const span = { traceId: "1".repeat(32), spanId: "2".repeat(16), attributes: keyValues(plain) };
      const request = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
      const { groups } = decodeTraces("json", new TextEncoder().encode(request));
      expect(groups[0]?.spans[0]?.attributes).toEqual(plain);
    }),
  );
});
