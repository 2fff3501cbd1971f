import type { JudgedStep } from "./finding.ts";
import { type Terms, termsOf } from "./terms.ts";
import { THRESHOLDS } from "./thresholds.ts";

/** A step with what was read of it. */
export interface ReadStep extends JudgedStep {
  n: number;
  label: number;
  terms: Terms;
}

/** Words that a string in JSON needs to be prose. Shorter ones are values: a grade, a name, a choice. */
const PROSE_WORDS = 4;

/** Reads a step once, for all monitors, and its words only if one looks at them. @param n its place, from 0 */
export function readStep(step: JudgedStep, n: number): ReadStep {
  let terms: Terms | undefined;
  return {
    ...step,
    n,
    label: step.step ?? n + 1,
    get terms() {
      terms ??= termsOf(proseOf(step.text).slice(0, THRESHOLDS.chars));
      return terms;
    },
  };
}

/**
 * What a text says. Of an answer in JSON that is its prose: the names of its fields are the same in every answer, and a
 * classifier that says `{"safe": true}` ten times does not go in circles.
 */
function proseOf(text: string): string {
  const body = text.trim().replace(/^```(?:json)?\s*|\s*```$/g, "");
  if (!/^[[{]/.test(body) || body.length > 100_000) return text;
  try {
    const prose: string[] = [];
    const walk = (value: unknown): void => {
      if (typeof value === "string") {
        if (value.split(/\s+/).length >= PROSE_WORDS || /[^\0-\u2e7f]{8}/.test(value)) prose.push(value);
      } else if (typeof value === "object" && value !== null) for (const each of Object.values(value)) walk(each);
    };
    walk(JSON.parse(body));
    return prose.join("\n");
  } catch {
    return text;
  }
}

/** The spans of steps, in order and not too many. */
export function spansOf(steps: readonly JudgedStep[]): { span_ids?: string[] } {
  const ids = steps.flatMap(({ span_id }) => (span_id === undefined ? [] : [span_id])).slice(0, THRESHOLDS.spans);
  return ids.length === 0 ? {} : { span_ids: ids };
}

/** "steps 2, 3 and 5". */
export function listed(steps: readonly ReadStep[]): string {
  const labels = steps.slice(0, 8).map(({ label }) => String(label));
  if (steps.length > 8) return `steps ${labels.join(", ")} and ${steps.length - 8} more`;
  const last = labels.pop() ?? "";
  return labels.length === 0 ? `step ${last}` : `steps ${labels.join(", ")} and ${last}`;
}

/** Two decimals: more would be noise. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
