import { AppError } from "../../errors.ts";
import { projectToken } from "./docs.ts";
import { indexed } from "./words.ts";

/** Words and phrases of a query: each is a walk through the index. */
export const MAX_TERMS = 16;

/** Letters that the beginning of a word must have: the index gathers all words that begin so, whatever is asked of them. */
const MIN_PREFIX = 2;

/** A query as MATCH takes it; safe whatever was typed. */
export interface SearchQuery {
  /** All that a part must have, and nothing that it must not, in one project. */
  match: string;
  /** What no part of the run may have; null = anything may be there. */
  never: string | null;
}

interface Term {
  text: string;
  prefix: boolean;
  negative: boolean;
}

/**
 * Reads what was typed: words, all of which must be there; "phrases"; beginnings of words*; -words that must not be there.
 * Nothing else means anything: FTS5's own operators are words like others, a quote that is not closed ends with the text.
 * @throws AppError `unprocessable` if there is nothing to look for
 */
export function parseSearch(q: string, projectId: string): SearchQuery {
  const terms = termsOf(q);
  const positive = terms.filter(({ negative }) => !negative);
  const negative = terms.filter((term) => term.negative);
  if (terms.length === 0) {
    throw new AppError(
      "unprocessable",
      "There is nothing to search for in q: it needs a word with a letter or a digit.",
    );
  }
  if (positive.length === 0) {
    throw new AppError("unprocessable", "q says only what must not be there. Add a word that is to be found.");
  }
  if (terms.length > MAX_TERMS) {
    throw new AppError("unprocessable", `q has ${terms.length} words and phrases. Ask for ${MAX_TERMS} at the most.`);
  }
  const short = terms.find(({ prefix, text }) => prefix && [...text].length < MIN_PREFIX);
  if (short) {
    throw new AppError(
      "unprocessable",
      `"${short.text}*" would fit too much. Give at least ${MIN_PREFIX} letters before *.`,
    );
  }
  const all = positive.map(termSql).join(" AND ");
  const none = negative.map(termSql).join(" OR ");
  return {
    match: ofProject(projectId, none === "" ? all : `(${all}) NOT (${none})`),
    never: none === "" ? null : ofProject(projectId, none),
  };
}

/** The column `project` has one word, and that is not in the column that is searched: nothing typed can reach past it. */
function ofProject(projectId: string, expression: string): string {
  return `project : "${projectToken(projectId)}" AND text : (${expression})`;
}

/** A string of FTS5. Its tokenizer cuts it into words: several are a phrase. */
function termSql({ text, prefix }: Term): string {
  return `"${indexed(text)}"${prefix ? " *" : ""}`;
}

const QUOTES = /[“”„‟«»＂]/g;
const TERM = /(-?)(?:"([^"]*)"?|([^\s"]+))(\*?)/gu;

function termsOf(q: string): Term[] {
  const terms: Term[] = [];
  for (const [, minus, phrase, word = "", star] of q.replace(QUOTES, '"').matchAll(TERM)) {
    const text = phrase ?? word;
    // Signs that the tokenizer knows for none leave an empty string, which would match nothing.
    if (!HAS_WORD.test(text)) continue;
    terms.push({
      text: text.replace(ENDS, ""),
      prefix: phrase === undefined ? word.endsWith("*") : star === "*",
      negative: minus === "-",
    });
  }
  return terms;
}

const HAS_WORD = /[\p{L}\p{N}]/u;
/** What a term has around its words: to see whether what is before a star is long enough. */
const ENDS = /^[^\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}]+$/gu;
