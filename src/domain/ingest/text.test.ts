import { expect, test } from "vitest";
import { loadSet, setNames, traceRequests } from "../../../test/fixtures/load.ts";
import { decodePart, packMembers } from "../../events/part.ts";
import { decodeLogs, decodeTraces } from "../../otlp/decode/index.ts";
import { NO_CUSTOM_PRICES } from "../prices/custom.ts";
import type { NewPart } from "../runs/append.ts";
import { searchText } from "../search/text.ts";
import { partsOf, recordPartsOf } from "./parts.ts";

/** The parts of a captured set, those of its log records too. */
function partsOfSet(name: string, search: boolean): NewPart[] {
  const spans = traceRequests(name).flatMap(({ type, body }) =>
    partsOf(decodeTraces(type, body).groups, NO_CUSTOM_PRICES, search),
  );
  const records = loadSet(name)
    .requests.filter(({ path }) => path.endsWith("/v1/logs"))
    .flatMap(({ type, body }) => recordPartsOf(decodeLogs(type, body).groups, search).parts);
  return [...spans, ...records];
}

/** Those that came over OTLP. */
const SETS = setNames().filter((name) => partsOfSet(name, false).length > 0);

test.for(SETS)("%s: the text that comes with a part is that of the part as it is stored", (name) => {
  const parts = partsOfSet(name, true);
  for (const { json, text } of parts) {
    const { body } = packMembers([json]);
    const stored = searchText(decodePart(body, { from: 0, to: json.byteLength }, 1));
    expect(text).toBe(stored);
  }
});

test("where nothing is searched, no text comes with a part", () => {
  const parts = SETS.flatMap((name) => partsOfSet(name, false));
  expect(parts.length).toBeGreaterThan(SETS.length);
  expect(parts.filter((part) => "text" in part)).toEqual([]);
});

test("the text has what JSON changes as JSON changes it: lone surrogates, signs of zero, numeric names, fields without a value", () => {
  const attributes = { note: "half \ud83d of it", input: JSON.stringify({ b: -0, 10: "ten", 2: "two" }), gone: null };
  const group = {
    context: { resource: {}, scope: { name: "test", version: "1" } },
    spans: [
      {
        trace_id: "5b8efff798038103d269b633813fc60c",
        span_id: "eee19b7ec3c1b174",
        parent_span_id: null,
        name: "half \udc00 name",
        kind: "internal" as const,
        start_time_unix_nano: "1767225600000000000",
        end_time_unix_nano: "1767225601000000000",
        status: { code: "error" as const, message: "it broke \ud83d" },
        attributes: { ...attributes, "gen_ai.operation.name": "chat", "gen_ai.prompt": JSON.stringify(attributes) },
        events: [],
        links: [],
      },
    ],
  };
  const [part] = partsOf([group], NO_CUSTOM_PRICES, true);
  const json = part?.json ?? new Uint8Array();
  const stored = searchText(decodePart(packMembers([json]).body, { from: 0, to: json.byteLength }, 1));
  expect(stored).toContain("it broke");
  expect(part?.text).toBe(stored);
});
