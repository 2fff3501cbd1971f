import { type ChangeObject, diffLines, diffWordsWithSpace } from "diff";

/** Characters of a text that are compared. */
const MOST_CHARS = 50_000;

/** Places in which texts may differ: to find more of them would take the square of it. */
const MOST_EDITS = 1_000;

/** Texts of so many lines are compared by lines. */
const LINES = 4;

/** Characters of what both have that are shown before and after what differs. */
const CONTEXT = 60;

export interface TextDiff {
  same: boolean;
  /** Characters of each. */
  a_chars: number;
  b_chars: number;
  /** Characters from the beginning of each that were compared. */
  compared_chars: number;
  /** Share of the characters that both have, 0 to 1; null if they differ in too many places. */
  similarity: number | null;
  /**
   * By lines: `-` only in a, `+` only in b. By words: `[-only in a-]` and `{+only in b+}`. What both have is shortened to `…`.
   * null if they are the same.
   */
  diff: string | null;
  /** Characters of what differs that `diff` had no room for. */
  left_out_chars: number;
}

/** What differs between two texts. @param most characters of `diff` */
export function diffText(a: string, b: string, most: number): TextDiff {
  const compared = Math.min(MOST_CHARS, Math.max(a.length, b.length));
  const chars = { a_chars: a.length, b_chars: b.length, compared_chars: compared };
  if (a === b) return { same: true, ...chars, similarity: 1, diff: null, left_out_chars: 0 };
  const [x, y] = [a.slice(0, compared), b.slice(0, compared)];
  const byLines = Math.max(x.split("\n").length, y.split("\n").length) >= LINES;
  const options = { maxEditLength: MOST_EDITS };
  const changes = byLines ? diffLines(x, y, options) : diffWordsWithSpace(x, y, options);
  const common = changes?.filter(isCommon).reduce((sum, { value }) => sum + value.length, 0);
  return {
    same: false,
    ...chars,
    similarity: common === undefined ? null : Math.round((common / compared) * 100) / 100,
    ...written(changes ?? replaced(x, y), byLines, most),
  };
}

function isCommon({ added, removed }: ChangeObject<string>): boolean {
  return !added && !removed;
}

function replaced(a: string, b: string): ChangeObject<string>[] {
  return [
    { value: a, removed: true, added: false, count: 1 },
    { value: b, removed: false, added: true, count: 1 },
  ];
}

function written(
  changes: readonly ChangeObject<string>[],
  byLines: boolean,
  most: number,
): Pick<TextDiff, "diff" | "left_out_chars"> {
  let left_out_chars = 0;
  let diff = "";
  let full = false;
  for (const [n, change] of changes.entries()) {
    const { value } = change;
    if (isCommon(change)) {
      const edge = { first: n === 0, last: n === changes.length - 1 };
      const text = byLines ? commonLines(value, edge) : ends(value, edge);
      full ||= diff.length + text.length > most;
      if (!full) diff += text;
      continue;
    }
    // A long piece leaves room for its counterpart.
    const { text, left } = withoutMiddle(marked(change, byLines), Math.floor(most / 4));
    full ||= diff.length + text.length > most;
    if (!full) diff += text;
    left_out_chars += full ? value.length : left;
  }
  return { diff: full ? `${diff}…` : diff, left_out_chars };
}

function marked({ value, added }: ChangeObject<string>, byLines: boolean): string {
  if (byLines) return `${value.replace(/\n$/, "").replace(/^/gm, added ? "+ " : "- ")}\n`;
  return added ? `{+${value}+}` : `[-${value}-]`;
}

function withoutMiddle(text: string, most: number): { text: string; left: number } {
  if (text.length <= most) return { text, left: 0 };
  const half = Math.floor(most / 2);
  const left = text.length - 2 * half;
  return { text: `${text.slice(0, half)}… ${left} characters …${text.slice(-half)}`, left };
}

/** Where a piece lies that both have: nothing differs before the first, nothing after the last. */
interface Edge {
  first: boolean;
  last: boolean;
}

/** The ends of what both have: what comes right after a change, and right before one. */
function ends(text: string, { first, last }: Edge): string {
  if (text.length <= 2 * CONTEXT) return text;
  return `${first ? "" : text.slice(0, CONTEXT)}…${last ? "" : text.slice(-CONTEXT)}`;
}

function commonLines(text: string, { first, last }: Edge): string {
  const lines = text.replace(/\n$/, "").split("\n");
  const few = lines.length <= 2 ? lines : [...(first ? [] : lines.slice(0, 1)), "…", ...(last ? [] : lines.slice(-1))];
  return few.map((line) => `  ${ends(line, { first: false, last: false })}\n`).join("");
}
