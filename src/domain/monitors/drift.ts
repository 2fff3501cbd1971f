import type { Finding } from "./finding.ts";
import { collectTexts } from "./likeness.ts";
import { listed, type ReadStep, rounded, spansOf } from "./read-step.ts";
import { type Terms, termsOf } from "./terms.ts";
import { THRESHOLDS } from "./thresholds.ts";

const { drift: T, pattern } = THRESHOLDS;

/**
 * Whether three steps or more in a row are about something else. A step is about the question if it shares words with it or
 * with an earlier step that is: work on a question brings words of its own.
 */
export function drift(steps: readonly ReadStep[], question: string): Finding[] {
  const asked = termsOf(question.slice(0, THRESHOLDS.questionChars));
  const compared = collectTexts();
  /** Numbers, in `compared`, of what is about the question. */
  const about: number[] = [];
  const specifics = new Set<string>();
  let count = 0;
  const keep = (terms: Terms, linked: boolean) => {
    if (linked) {
      about.push(count);
      for (const specific of terms.specifics) if (isTelling(specific)) specifics.add(specific);
    }
    count++;
  };
  const thin = asked.content.size < T.questionTerms;
  if (!thin) {
    compared.add(asked.content);
    keep(asked, true);
  }
  let away: ReadStep[] = [];
  let nearest = 0;
  /** Some step was about it: from there an agent can stray. */
  let wasOn = false;
  let worst: { steps: ReadStep[]; nearest: number } = { steps: [], nearest: 0 };
  for (const step of steps) {
    if (!isJudged(step, asked)) continue;
    compared.add(step.terms.content);
    let linked =
      about.length === 0 ||
      (!thin && asked.content.size <= T.shortQuestion && sharesTerm(step.terms, asked)) ||
      [...step.terms.specifics].some((specific) => specifics.has(specific));
    let relevance = 0;
    for (const n of about) {
      if (linked) break;
      const cosine = compared.cosine(n);
      relevance = Math.max(relevance, cosine);
      linked = cosine >= (n === 0 && !thin ? T.question : T.chain);
    }
    keep(step.terms, linked);
    if (linked) {
      wasOn = true;
      away = [];
      nearest = 0;
      continue;
    }
    away.push(step);
    nearest = Math.max(nearest, relevance);
    // Who was never on the question may speak of it in words of another trade.
    if (away.length < (wasOn ? pattern : T.neverOn)) continue;
    if (away.length > worst.steps.length) worst = { steps: [...away], nearest };
  }
  const { length } = worst.steps;
  if (length === 0) return [];
  return [
    {
      monitor: "drift",
      sign: "off_topic",
      reason:
        `${listed(worst.steps).replace("step", "Step")} in a row have next to no words in common with the question or the steps ` +
        `on it (at most ${rounded(worst.nearest)}, from ${T.chain} on it would count).`,
      severity: length >= T.high ? "high" : length >= T.medium ? "medium" : "low",
      score: rounded(worst.nearest),
      threshold: T.chain,
      step: (worst.steps[0] as ReadStep).label,
      ...spansOf(worst.steps),
    },
  ];
}

function sharesTerm(terms: Terms, asked: Terms): boolean {
  for (const term of terms.content.keys()) if (asked.content.has(term)) return true;
  return false;
}

/** Whether words can tell what a step is about. Those of another language than the question's cannot. */
function isJudged({ terms, failed }: ReadStep, asked: Terms): boolean {
  if (failed || terms.content.size < T.terms || terms.letters < T.letters) return false;
  return terms.language === null || asked.language === null || terms.language === asked.language;
}

/** Years and small numbers stand in any text. */
function isTelling(specific: string): boolean {
  return !/^\d{1,4}$/.test(specific);
}
