import { expect, it } from "vitest";
import { placeBeside } from "./place.ts";

const note = { width: 200, height: 100 };
const at = (left: number, top: number) => ({ left, top, right: left + 50, bottom: top + 20 });

it.each([
  ["below", at(100, 100), { left: 100, top: 126 }],
  ["above when it is low", at(100, 550), { left: 100, top: 444 }],
  ["by its right edge on the right", at(700, 100), { left: 550, top: 126 }],
  ["inside the window on the left", at(-30, 100), { left: 8, top: 126 }],
  ["inside the window on the right", at(790, 100), { left: 592, top: 126 }],
])("stands %s", (_, anchor, place) => expect(placeBeside(anchor, note, { width: 800, height: 600 })).toEqual(place));

it("stays below where nothing has room", () =>
  expect(placeBeside(at(100, 50), note, { width: 800, height: 150 }).top).toBe(76));
