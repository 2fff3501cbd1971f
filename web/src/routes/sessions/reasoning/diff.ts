/** A piece of text that both versions have, or only one of them. */
export interface Piece {
  kind: "same" | "added" | "removed";
  text: string;
}

/** Comparisons that a page can make at once without a pause that is felt. */
const MOST_COMPARISONS = 1_000_000;

/** How a text became another one, word by word. Texts that are too long to compare are a removed and an added whole. */
export function diffWords(before: string, after: string): Piece[] {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [oldMiddle, newMiddle] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return joined([
    ...a.slice(0, start).map(piece("same")),
    ...compare(oldMiddle, newMiddle),
    ...a.slice(a.length - end).map(piece("same")),
  ]);
}

/** Words with the white space that follows them, so that they can be put together again. */
function wordsOf(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

const piece =
  (kind: Piece["kind"]) =>
  (text: string): Piece => ({ kind, text });

/** By the longest common subsequence. */
function compare(a: string[], b: string[]): Piece[] {
  if (a.length * b.length > MOST_COMPARISONS) return [...a.map(piece("removed")), ...b.map(piece("added"))];
  const width = b.length + 1;
  // lengths[i * width + j]: of the longest common subsequence of a from i on and b from j on.
  const lengths = new Uint16Array((a.length + 1) * width);
  const length = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1));
    }
  }
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      pieces.push(piece("same")(a[i] ?? ""));
      i++;
      j++;
    } else if (length(i + 1, j) >= length(i, j + 1)) pieces.push(piece("removed")(a[i++] ?? ""));
    else pieces.push(piece("added")(b[j++] ?? ""));
  }
  return [...pieces, ...a.slice(i).map(piece("removed")), ...b.slice(j).map(piece("added"))];
}

function joined(pieces: Piece[]): Piece[] {
  const whole: Piece[] = [];
  for (const { kind, text } of pieces) {
    const last = whole.at(-1);
    if (last?.kind === kind) last.text += text;
    else whole.push({ kind, text });
  }
  return whole;
}
