import type { Finding, Severity } from "./finding.ts";
import { collectTexts, sharedShingles } from "./likeness.ts";
import { listed, type ReadStep, rounded, spansOf } from "./read-step.ts";
import { THRESHOLDS } from "./thresholds.ts";

const { circular: T, pattern } = THRESHOLDS;

/** Steps that are alike: the first, and those that came back to it. */
interface Circle {
  steps: ReadStep[];
  specifics: Set<string>;
  short: boolean;
  likeness: number;
}

/** Whether the agent says nearly the same again, or asks tools for the same again, three times or more. */
export function circular(steps: readonly ReadStep[]): Finding[] {
  const { texts, calls } = circlesOf(steps);
  return [said(texts), asked(calls)].flatMap((finding) => finding ?? []);
}

function circlesOf(steps: readonly ReadStep[]): { texts: Circle[]; calls: ReadStep[][] } {
  const texts: Circle[] = [];
  const calls: ReadStep[][] = [];
  const callsNow = new Map<string, ReadStep[]>();
  const circleOf: (Circle | null)[] = [];
  const seen = new Map<string, number>();
  const compared = collectTexts();
  const inTexts: ReadStep[] = [];
  // The newest step that did or said what none had before it.
  let news = -1;

  for (const step of steps) {
    const keys = (step.calls ?? []).filter(({ name }) => !T.polling.test(name)).map(keyOf);
    if ((step.calls?.length ?? 0) > 0) {
      // What a step does says more than what it says of it.
      if (keys.length === 0) continue;
      const again = keys.every((key) => news <= (seen.get(key) ?? -1));
      if (keys.some((key) => !seen.has(key))) news = step.n;
      for (const key of keys) seen.set(key, step.n);
      const name = keys.sort().join("\n");
      const alike = callsNow.get(name);
      if (alike && again) {
        alike.push(step);
        continue;
      }
      // After news the same call is another one: tests are run again after an edit.
      const fresh = [step];
      calls.push(fresh);
      callsNow.set(name, fresh);
      continue;
    }
    if (step.failed || step.terms.content.size < T.shortTerms) continue;
    compared.add(step.terms.content);
    const circle = joined(step, inTexts, circleOf, compared.cosine);
    inTexts.push(step);
    if (circle) {
      circleOf.push(circle);
      continue;
    }
    news = step.n;
    const short = step.terms.content.size < T.terms;
    const fresh = { steps: [step], specifics: new Set(step.terms.specifics), short, likeness: 0 };
    texts.push(fresh);
    circleOf.push(fresh);
  }
  return { texts, calls };
}

/** The circle that a step closes, which it joins; null if it says something new. */
function joined(
  step: ReadStep,
  earlier: readonly ReadStep[],
  circleOf: readonly (Circle | null)[],
  cosineWith: (n: number) => number,
): Circle | null {
  let best = { n: -1, cosine: 0 };
  for (let n = 0; n < earlier.length; n++) {
    const cosine = cosineWith(n);
    if (cosine > best.cosine + 1e-9) best = { n, cosine };
  }
  const circle = circleOf[best.n];
  const other = earlier[best.n];
  if (!circle || !other || best.cosine < T.worthALook) return null;
  const shared = sharedShingles(step.terms.words, other.terms.words);
  const short = Math.min(step.terms.content.size, other.terms.content.size) < T.terms;
  const same = short ? shared >= T.shortShingles : best.cosine >= T.cosine || shared >= T.shingles;
  if (!same) return null;
  let progress = false;
  for (const specific of step.terms.specifics) {
    if (circle.specifics.has(specific)) continue;
    // The same sentence about the next file, or with fewer failures, is progress.
    progress = true;
    circle.specifics.add(specific);
  }
  if (progress) return null;
  circle.steps.push(step);
  circle.likeness = Math.max(circle.likeness, best.cosine, shared);
  return circle;
}

function said(circles: readonly Circle[]): Finding | null {
  const real = circles.filter((circle) => circle.steps.length > 1 && !circle.short);
  const short = circles.filter((circle) => circle.short && circle.steps.length >= T.shortPattern);
  const all = [...real, ...short];
  const repeats = all.reduce((sum, circle) => sum + circle.steps.length - 1, 0);
  const largest = [...all].sort((a, b) => b.steps.length - a.steps.length)[0];
  if (!largest || (largest.steps.length < pattern && repeats < pattern)) return null;
  const [first, ...again] = largest.steps as [ReadStep, ...ReadStep[]];
  const others = repeats - again.length;
  return {
    monitor: "circular",
    sign: "repeats",
    reason:
      `${upper(listed(again))} ${again.length === 1 ? "says" : "say"} nearly the same as step ${first.label} ` +
      `(likeness up to ${rounded(largest.likeness)})${others === 0 ? "" : `; so do ${others} more of other steps`}.`,
    severity: severityOf(repeats),
    score: rounded(largest.likeness),
    threshold: largest.short ? T.shortShingles : T.cosine,
    step: (again[0] as ReadStep).label,
    ...spansOf(all.flatMap(({ steps }) => steps).sort((a, b) => a.n - b.n)),
  };
}

function asked(calls: readonly ReadStep[][]): Finding | null {
  const circles = calls.filter((steps) => steps.length > 1);
  const repeats = circles.reduce((sum, steps) => sum + steps.length - 1, 0);
  const largest = [...circles].sort((a, b) => b.length - a.length)[0];
  if (!largest || (largest.length < pattern && repeats < pattern)) return null;
  const names = [...new Set((largest[0]?.calls ?? []).map(({ name }) => name))].join(", ").slice(0, 80);
  return {
    monitor: "circular",
    sign: "same_calls",
    reason:
      `${upper(listed(largest))} ask for the same (${names}, with the same arguments)` +
      `${repeats === largest.length - 1 ? "" : `; ${repeats} such repeats in all`}, and nothing new came between.`,
    severity: severityOf(repeats),
    score: repeats + 1,
    threshold: pattern,
    step: (largest[1] as ReadStep).label,
    ...spansOf(circles.flat().sort((a, b) => a.n - b.n)),
  };
}

function severityOf(repeats: number): Severity {
  return repeats >= T.high ? "high" : repeats >= T.medium ? "medium" : "low";
}

/** A call by its tool and its arguments, whatever their order and spaces. */
function keyOf({ name, arguments: args }: { name: string; arguments: unknown }): string {
  try {
    return `${name} ${canonical(typeof args === "string" ? JSON.parse(args) : args)}`.slice(0, THRESHOLDS.chars);
  } catch {
    // No JSON, or nested deeper than a stack is.
    return `${name} ${typeof args === "string" ? args.trim() : ""}`.slice(0, THRESHOLDS.chars);
  }
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(",")}}`;
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
