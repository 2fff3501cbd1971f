import { diffLines, diffWordsWithSpace } from "diff";

/** Characters of a text that are compared. */
const MOST_CHARS = 50_000;

/** Places at which texts may differ and still be told apart piece by piece. */
const MOST_EDITS = 2_000;

/** From so many lines on a text is compared by lines. */
const LINES = 4;

/** Characters of what both have, around what differs. */
const CONTEXT = 60;

export interface TextDiff {
  same: boolean;
  /** Characters of both. */
  a_chars: number;
  b_chars: number;
  /** Share of the characters that both have, 0 to 1. */
  similarity: number;
  /**
   * By lines: `-` only in a, `+` only in b. By words: `[-only in a-]` and `{+only in b+}`. What both have is shortened to `…`.
   * null if they are the same.
   */
  diff: string | null;
}

/** What differs between two texts. @param most characters of `diff` */
export function diffText(a: string, b: string, most: number): TextDiff {
  const chars = { a_chars: a.length, b_chars: b.length };
  if (a === b) return { same: true, ...chars, similarity: 1, diff: null };
  const [x, y] = [a.slice(0, MOST_CHARS), b.slice(0, MOST_CHARS)];
  const byLines = Math.max(x.split("\n").length, y.split("\n").length) >= LINES;
  const options = { maxEditLength: MOST_EDITS };
  const changes = (byLines ? diffLines(x, y, options) : diffWordsWithSpace(x, y, options)) ?? [
    { value: x, removed: true, added: false },
    { value: y, removed: false, added: true },
  ];
  const common = changes.reduce((sum, { value, added, removed }) => sum + (added || removed ? 0 : value.length), 0);
  const text = changes
    .map(({ value, added, removed }, n) => {
      const sign = added ? "+" : removed ? "-" : "";
      if (sign === "") return context(value, n === 0, n === changes.length - 1, byLines);
      if (byLines) return value.replace(/\n$/, "").replace(/^/gm, `${sign} `).concat("\n");
      return sign === "+" ? `{+${value}+}` : `[-${value}-]`;
    })
    .join("");
  return {
    same: false,
    ...chars,
    similarity: Math.round((common / Math.max(x.length, y.length)) * 100) / 100,
    diff: text.length > most ? `${text.slice(0, Math.max(0, most - 1))}…` : text,
  };
}

/** The edges of what both have: the end before a change, the beginning after one. */
function context(value: string, first: boolean, last: boolean, byLines: boolean): string {
  if (byLines) {
    const lines = value.replace(/\n$/, "").split("\n");
    if (lines.length <= 2) return lines.map((line) => `  ${line}\n`).join("");
    return `${first ? "" : `  ${lines[0]}\n`}  …\n${last ? "" : `  ${lines.at(-1)}\n`}`;
  }
  if (value.length <= CONTEXT * 2) return value;
  return `${first ? "" : value.slice(0, CONTEXT)}…${last ? "" : value.slice(-CONTEXT)}`;
}
