/** What `snippet()` puts around a hit. No text in the index has them: they are taken out of whatever comes in. */
export const MARK_START = "\ue000";
export const MARK_END = "\ue001";

/**
 * Between values: a letter to the tokenizer, so that it is a word of its own and no phrase reaches from one value into the next.
 */
export const BREAK = "\ue002";

/**
 * Stands for BREAK on the way into the index. BREAK is beyond Latin: a text that has it, and all that is sent together with it,
 * takes two bytes a character in memory.
 */
export const SENT_BREAK = "\x02";

/** Between letters that are words of their own: no letter to the tokenizer, nothing to the eye. */
const GAP = "\u200b";

const BEYOND_LATIN = /[^\0-\u2e7f]/;
const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point
const NEVER = /[\0-\x1f\x7f\u200b\ue000-\ue002]|\s\s/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const SPACES = /[\0-\x1f\x7f\u200b\ue000-\ue002\s]+/g;

/**
 * A text as the index holds it: in one line, without marks of ours, and with Chinese and Japanese, which put no spaces between
 * words, as one word a letter. A query is written the same, so that a word of several letters becomes a phrase of them.
 */
export function indexed(text: string): string {
  const line = (NEVER.test(text) ? text.replace(SPACES, " ") : text).trim();
  return BEYOND_LATIN.test(line) ? line.replace(IDEOGRAPH, `${GAP}$&${GAP}`) : line;
}

/** The text as it was, of what `indexed` made of it. */
export function readable(text: string): string {
  return text.replaceAll(GAP, "").replaceAll(BREAK, "·");
}

/** A stretch of a text; `hit` = it is what was searched for. */
export interface Stretch {
  text: string;
  hit: boolean;
}

/** A text with marks around its hits, cut at the marks. */
export function stretchesOf(marked: string): Stretch[] {
  const stretches: Stretch[] = [];
  for (const [n, piece] of marked.split(MARK_START).entries()) {
    const [inside = "", after] = n === 0 ? ["", piece] : piece.split(MARK_END);
    for (const [text, hit] of [
      [readable(inside), true],
      [readable(after ?? ""), false],
    ] as const) {
      if (text !== "") stretches.push({ text, hit });
    }
  }
  return stretches;
}
