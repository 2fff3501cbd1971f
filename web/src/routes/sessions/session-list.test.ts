import { expect, it } from "vitest";
import type { Session } from "#lib/api.ts";
import { append, renew } from "./session-list.ts";

const session = (id: string, run_count = 1) => ({ id, run_count }) as Session;
const list = { rows: [session("a"), session("b"), session("c")], waiting: 0 };
const outline = ({ rows, waiting }: typeof list) => [rows.map((row) => row.id + row.run_count).join(" "), waiting];

it("puts sessions with news on top and keeps the older rows", () =>
  expect(outline(renew(list, [session("new"), session("c", 2)], false))).toEqual(["new1 c2 a1 b1", 0]));

it("moves nothing under a reader who is further down", () =>
  expect(outline(renew(list, [session("new"), session("c", 2)], true))).toEqual(["a1 b1 c2", 1]));

it("shows no session twice when it moved between two pages", () =>
  expect(outline(append(list, [session("c"), session("d")]))).toEqual(["a1 b1 c1 d1", 0]));
