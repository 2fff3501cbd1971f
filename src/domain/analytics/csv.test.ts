import { expect, test } from "vitest";
import { csvOf } from "./csv.ts";

test.each([
  ["plain", "plain"],
  ["", ""],
  [null, ""],
  [0, "0"],
  [-1.5, "-1.5"],
  [1e-9, "1e-9"],
  ["-2", "-2"],
  ["a,b", '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ["two\nlines", '"two\nlines"'],
  ["=1+1", "'=1+1"],
  ["+49 30", "'+49 30"],
  ["-x", "'-x"],
  ["-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
])("a cell of %j is %s", (value, cell) => {
  expect(csvOf(["a", "b"], [{ a: value, b: 1 }])).toBe(`a,b\r\n${cell},1\r\n`);
});
