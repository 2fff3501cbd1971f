import { circular } from "./circular.ts";
import { drift } from "./drift.ts";
import type { Finding, JudgedStep } from "./finding.ts";
import { quality } from "./quality.ts";
import { readStep } from "./read-step.ts";
import { THRESHOLDS } from "./thresholds.ts";

/**
 * What is wrong with a run, as far as its texts tell: circles, drift, quality. Pure and without a model; the cost has a bound
 * (thresholds.ts: steps, characters). A step is judged by what came up to it: more steps do not undo a finding, unless it is
 * about the end (a cut last answer) or the list grows longer than what is looked at.
 * @param steps in the order in which they happened; @param question what was asked, all turns of it
 * @returns at most one finding a sign
 */
export function judge(steps: readonly JudgedStep[], question: string): Finding[] {
  if (steps.length < THRESHOLDS.pattern) return [];
  const first = Math.max(0, steps.length - THRESHOLDS.steps);
  const read = steps.slice(first).map((step, n) => readStep({ ...step, step: step.step ?? first + n + 1 }, n));
  const inTurn = read.filter(({ beside }) => !beside);
  // One after the other they are the agent's way; each for itself they are answers.
  const way = inTurn.length < THRESHOLDS.pattern ? [] : [...circular(inTurn), ...drift(inTurn, question)];
  return [...way, ...quality(read)];
}
