import { expect, test } from "vitest";
import { decodePart, encodePart, memberAt, packMembers } from "./part.ts";
import type { SpanContext } from "./span.ts";

const context: SpanContext = { resource: { "service.name": "s" }, scope: { name: "lib", version: "1" } };
const event = (name: string) => ({ id: name, type: "SPAN", time: "1795228868661123457", v: 1, data: { name, ctx: 0 } });

test("a part comes back as events with seqs, and each span with its resource and scope", () => {
  const { json } = encodePart([context], [event("a"), event("b"), event("c")]);
  const { body, places } = packMembers([json]);
  const place = places[0] as (typeof places)[number];
  expect(decodePart(memberAt(body, place), place, 7, [1])).toEqual([
    { seq: 7, id: "a", type: "SPAN", time: "2026-11-21T02:41:08.661123457Z", v: 1, data: { name: "a", ...context } },
    { seq: 8, id: "c", type: "SPAN", time: "2026-11-21T02:41:08.661123457Z", v: 1, data: { name: "c", ...context } },
  ]);
});

test("the same events have the same batch id, others have another", () => {
  const id = (names: string[]) => encodePart([context], names.map(event)).batchId;
  expect(id(["a", "b"])).toBe(id(["a", "b"]));
  expect(id(["a", "b"])).not.toBe(id(["b", "a"]));
});

test("parts share members of bounded size and each finds its own bytes", () => {
  const parts = Array.from({ length: 9 }, (_, n) => encodePart([context], [event(String(n).repeat(60_000))]).json);
  const { body, places } = packMembers(parts);
  expect(new Set(places.map((place) => place.offset)).size).toBeGreaterThan(2);
  for (const [n, place] of places.entries()) {
    const [only] = decodePart(memberAt(body, place), place, 1);
    expect(only?.id).toBe(String(n).repeat(60_000));
  }
});
