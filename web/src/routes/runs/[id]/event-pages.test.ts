import { expect, it } from "vitest";
import type { RunEvent } from "#lib/api.ts";
import { EventPages, PAGE } from "./event-pages.ts";

const events = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => ({ seq: from + at }) as RunEvent);

it("asks for the pages that are looked at, once", () => {
  const pages = new EventPages();
  pages.last = 1000;
  expect(pages.missing(390, 410)).toEqual([PAGE, 2 * PAGE]);
  expect(pages.missing(390, 410)).toEqual([]);
  pages.put(events(201, 400));
  pages.answered(PAGE);
  pages.answered(2 * PAGE);
  expect(pages.missing(390, 410)).toEqual([2 * PAGE]);
  expect([pages.get(201)?.seq, pages.get(200), pages.get(401)]).toEqual([201, undefined, undefined]);
});

it("is complete at the end, and grows with what comes in live", () => {
  const pages = new EventPages();
  pages.put(events(1, 150));
  expect(pages.missing(1, 500)).toEqual([]);
  pages.put(events(151, 160));
  expect([pages.last, pages.missing(1, 500)]).toEqual([160, []]);
});

it("fetches what a live event shows to be missing", () => {
  const pages = new EventPages();
  pages.put(events(1, 150));
  pages.put(events(155, 155));
  expect(pages.missing(140, 155)).toEqual([0]);
});
