import { indexed } from "../search/words.ts";
import { AGENT_WORDS, STOP_WORDS } from "./stop-words.ts";

/** A text as monitors compare it. */
export interface Terms {
  /** Its words in order, as stems: for telling whether sentences are the same. */
  words: string[];
  /** How often it says what it is about: stems without stop words; pairs of letters where words have no spaces between them. */
  content: ReadonlyMap<string, number>;
  /** Numbers, paths, identifiers and names: what tells the third of five files from the second. */
  specifics: ReadonlySet<string>;
  /** A language that we have stop words of, or a script; null = cannot be told. */
  language: string | null;
  /** Share of letters among what is not space. */
  letters: number;
}

const WORD = /[\p{L}\p{M}\p{N}_]+(?:[._/:@'’-][\p{L}\p{M}\p{N}_]+)*/gu;
const IDEOGRAPH = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u;
const HIRAGANA = /^\p{Script=Hiragana}$/u;
const HANGUL = /^\p{Script=Hangul}+$/u;
const PLAIN = /^[A-Za-z]?[a-z]+$/;
const SPECIFIC = /[\d_/:@]|\p{L}\.\p{L}|\p{Ll}\p{Lu}/u;
/** A counter says which time it is, not what is new. */
const COUNTER =
  /\b(?:step|attempt|iteration|thought|try|retry|round|turn|take|versuch|schritt|essai|étape|intento|paso)\s*(?:no\.?|nr\.?|#|number)?\s*\d+(?:\s*(?:\/|of|von|de|sur)\s*\d+)?|第\s*\d+\s*[次步回]|\b\d+(?:st|nd|rd|th)\b/giu;
/** Letters of Chinese and Japanese that are grammar. */
const GRAMMAR = new Set(
  "的了是在我有和就不也都要会这那你他她它们个与及或把被让从到对为以可能着过吗呢吧啊并但而所其此再来去",
);

/** What monitors see of a text; the caller has cut it. */
export function termsOf(text: string): Terms {
  const line = indexed(text.replace(COUNTER, " "));
  const words: string[] = [];
  const content = new Map<string, number>();
  const specifics = new Set<string>();
  const hits = new Map<string, number>();
  const add = (term: string) => content.set(term, (content.get(term) ?? 0) + 1);
  let before: { letter: string; end: number } | null = null;
  let beyond = 0;
  for (const match of line.matchAll(WORD)) {
    const [word] = match;
    const place = match.index;
    if (word.length === 1 && word > "\u2e7f" && IDEOGRAPH.test(word)) {
      beyond++;
      words.push(word);
      // Between neighbours stand the two gaps that the index puts there.
      if (before !== null && place - before.end <= 2 && !(isGrammar(before.letter) || isGrammar(word))) {
        add(before.letter + word);
      }
      before = { letter: word, end: place + word.length };
      continue;
    }
    before = null;
    const small = word.toLowerCase().replaceAll("’", "'");
    const stem = stemOf(small);
    words.push(stem);
    const stopIn = STOP_WORDS.get(small);
    if (stopIn) for (const language of stopIn) hits.set(language, (hits.get(language) ?? 0) + 1);
    if (stopIn || AGENT_WORDS.has(small)) continue;
    const plain = PLAIN.test(word);
    if (!plain && SPECIFIC.test(word)) specifics.add(small);
    else if (isName(line, word, place)) specifics.add(stem);
    if (word.length > 1) add(stem);
    // `src/cart/total.ts` and "the cart's total" are about the same.
    if (!plain) for (const piece of small.split(/[._/:@-]/)) if (piece.length > 2) add(stemOf(piece));
  }
  return {
    words,
    content,
    specifics,
    language: languageOf(line, hits, beyond, words.length),
    letters: lettersOf(text),
  };
}

/** Grammar of Chinese and Japanese: letters that stand beside any other. */
function isGrammar(letter: string): boolean {
  return HIRAGANA.test(letter) || GRAMMAR.has(letter);
}

/**
 * The beginning of a word stands for its forms: six letters tell "retrieval" and "retrieves" to be one in all languages that
 * bend words at their end, without a list. Korean words bend after two.
 */
function stemOf(word: string): string {
  if (word > "\u1100" && HANGUL.test(word)) return word.slice(0, 2);
  const plain = word.includes("'") ? word.replace(/'s?$/, "") : word;
  return plain.length > 6
    ? plain.slice(0, 6)
    : plain.length > 3 && plain.endsWith("s")
      ? plain.replace(/e?s$/, "")
      : plain;
}

/** Whether a word is a name: a capital where no sentence begins. German has too many of them to tell. */
function isName(line: string, word: string, place: number): boolean {
  // Small letters of Latin are most letters there are.
  if (word > "Zz" && word < "{") return false;
  if (!/^\p{Lu}\p{Ll}/u.test(word)) return false;
  return /[\p{Ll}\d,;)]["'(]? ["'(]?$/u.test(line.slice(Math.max(0, place - 4), place));
}

function languageOf(line: string, hits: ReadonlyMap<string, number>, beyond: number, words: number): string | null {
  if (words === 0) return null;
  if (beyond > words / 2) return "ideographs";
  const script = /\p{Script=Cyrillic}{3}/u.test(line)
    ? "cyrillic"
    : /\p{Script=Arabic}{3}/u.test(line)
      ? "arabic"
      : /\p{Script=Hangul}{2}/u.test(line)
        ? "hangul"
        : null;
  if (script !== null) return script;
  const [first, second] = [...hits].sort((a, b) => b[1] - a[1]);
  if (!first || first[1] < 2 || first[1] === second?.[1]) return null;
  return first[0];
}

function lettersOf(text: string): number {
  const signs = text.replace(/\s+/g, "");
  return signs === "" ? 0 : signs.replace(/\P{L}+/gu, "").length / signs.length;
}
