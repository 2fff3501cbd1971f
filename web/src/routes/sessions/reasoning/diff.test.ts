import { expect, test } from "vitest";
import { diffWords } from "./diff.ts";

const same = (text: string) => ({ kind: "same", text });
const added = (text: string) => ({ kind: "added", text });
const removed = (text: string) => ({ kind: "removed", text });

test.each([
  ["", "", []],
  ["one", "", [removed("one")]],
  ["", "one two", [added("one two")]],
  ["the cache is cold", "the cache is cold", [same("the cache is cold")]],
  ["the cache is cold", "the disk is cold", [same("the"), removed(" cache"), added(" disk"), same(" is cold")]],
  ["a b c", "a x b y c", [same("a"), added(" x"), same(" b"), added(" y"), same(" c")]],
  ["a b\nc\n", "a b\nd\n", [same("a b"), removed("\nc"), added("\nd"), same("\n")]],
])("%j becomes %j", (before, after, pieces) => {
  expect(diffWords(before, after)).toEqual(pieces);
});

test("both versions can be put together from the pieces, also of long texts", () => {
  const before = Array.from({ length: 2000 }, (_, n) => `word${n % 7}`).join(" ");
  const after = Array.from({ length: 1900 }, (_, n) => `word${n % 5}`).join(" ");
  const pieces = diffWords(before, after);
  const without = (kind: string) =>
    pieces
      .filter((piece) => piece.kind !== kind)
      .map(({ text }) => text)
      .join("");
  expect([without("added"), without("removed")]).toEqual([before, after]);
});
