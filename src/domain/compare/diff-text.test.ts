import { describe, expect, test } from "vitest";
import { diffText } from "./diff-text.ts";

const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `line ${from + n}`).join("\n");

describe("diffText", () => {
  test.each([
    ["the same", "a b", "a b", null],
    ["a word", "It is Canberra.", "It is Sydney.", "It is [-Canberra-]{+Sydney+}."],
    ["a space", "a b", "a  b", "a[- -]{+  +}b"],
    ["nothing before", "", "x", "{+x+}"],
    ["nothing after", "x", "", "[-x-]"],
    ["an added line", "a\nb\nc", "a\nb\nnew\nc", "  a\n  b\n+ new\n  c\n"],
    ["far apart", `${lines(0, 9)}\nend`, `${lines(0, 9)}\nEND`, "  …\n  line 8\n- end\n+ END\n"],
    [
      "in the middle",
      `start\n${lines(0, 9)}\nend`,
      `START\n${lines(0, 9)}\nEND`,
      "- start\n+ START\n  line 0\n  …\n  line 8\n- end\n+ END\n",
    ],
  ])("%s", (_, a, b, diff) => {
    expect(diffText(a, b, 1000)).toMatchObject({ same: diff === null, diff, left_out_chars: 0 });
  });

  test("shortens what both have to its ends", () => {
    const same = "word ".repeat(100);
    const { diff, similarity } = diffText(`${same}old`, `${same}new`, 1000);
    expect(diff).toBe(`…${same.slice(-60)}[-old-]{+new+}`);
    expect(similarity).toBe(0.99);
  });

  test("keeps to its room, with both sides of the first difference", () => {
    const told = diffText("a".repeat(9000), "b".repeat(9000), 1000);
    expect(told.diff?.length).toBeLessThanOrEqual(1000);
    expect(told.diff).toMatch(/^\[-a+… 8\d+ characters …a+-\]\{\+b+… 8\d+ characters …b+\+\}$/);
    expect(told.left_out_chars).toBeGreaterThan(17_000);
    const many = (word: string) => Array.from({ length: 300 }, (_, n) => `${word} ${n}\nsame ${n}`).join("\n");
    const cut = diffText(many("old"), many("new"), 1000);
    expect(cut.diff?.length).toBeLessThanOrEqual(1001);
    expect(cut.diff).toMatch(/^- old 0\n\+ new 0\n {2}same 0\n/);
    expect(cut.diff?.endsWith("…")).toBe(true);
    expect(cut.left_out_chars).toBeGreaterThan(3000);
  });

  test("says when it did not look at all of the texts, or found too many places", () => {
    const long = "x".repeat(60_000);
    expect(diffText(`${long}a`, `${long}b`, 1000)).toEqual({
      same: false,
      a_chars: 60_001,
      b_chars: 60_001,
      compared_chars: 50_000,
      similarity: 1,
      diff: "…",
      left_out_chars: 0,
    });
    const words = (salt: number) => Array.from({ length: 6000 }, (_, n) => (n * salt) % 9973).join(" ");
    expect(diffText(words(7), words(4001), 1000).similarity).toBeNull();
  });
});
