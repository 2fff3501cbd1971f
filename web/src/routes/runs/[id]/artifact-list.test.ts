import { expect, it } from "vitest";
import { announcedIn, jsonIn, merged, shownAs } from "./artifact-list.ts";
import type { Artifact } from "./artifacts-api.ts";

const file = (id: string, name: string, second: number) =>
  ({ id, name, created_at: `2026-11-21T09:00:${String(second).padStart(2, "0")}.000Z` }) as Artifact;
const ids = (files: Artifact[]) => files.map(({ id }) => id).join(" ");

it("has each name once, in its newest version, whichever page comes last", () => {
  const rows = [file("b1", "b", 20), file("a1", "a", 10)];
  expect(ids(merged(rows, [file("c1", "c", 30)]))).toBe("c1 b1 a1");
  expect(ids(merged(rows, [file("a2", "a", 30)]))).toBe("a2 b1");
  expect(ids(merged([file("a2", "a", 30)], rows))).toBe("a2 b1");
  expect(ids(merged([file("x1", "a", 10)], [file("x2", "a", 10)]))).toBe("x2");
});

it("finds the files that events announce", () =>
  expect(
    announcedIn([
      { type: "CUSTOM", data: { artifact_id: "no" } },
      { type: "ARTIFACT_CREATED", data: { artifact_id: "art_1", name: "a" } },
      { type: "ARTIFACT_CREATED", data: { artifact_id: 7 } },
    ]),
  ).toEqual(["art_1"]));

it.each([
  ["text/html; charset=utf-8", "page"],
  ["Text/HTML", "page"],
  ["application/xhtml+xml", "text"],
  ["application/pdf", "document"],
  ["image/svg+xml", "image"],
  ["image/PNG", "image"],
  ["image/tiff", "text"],
  ["text/markdown", "text"],
])("shows %s as %s", (type, shown) => expect(shownAs(type)).toBe(shown));

it("takes JSON apart if it is whole", () => {
  expect(jsonIn({ content_type: "application/json" }, "[1]")).toEqual({ value: [1] });
  expect(jsonIn({ content_type: "application/vnd.api+json; charset=utf-8" }, "null")).toEqual({ value: null });
  expect(jsonIn({ content_type: "application/json" }, "[1")).toBeUndefined();
  expect(jsonIn({ content_type: "application/x-ndjson" }, "[1]")).toBeUndefined();
});
