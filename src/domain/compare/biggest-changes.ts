import { criticalPath, ownTimes } from "../explain/critical-path.ts";
import { rounded } from "../explain/finding.ts";
import type { Step } from "../explain/step.ts";
import type { Alignment } from "./align.ts";
import type { Comparison } from "./schema.ts";

type Biggest = Comparison["biggest"];
type Change = Biggest["own_ms"][number];

/** Span by span what differs in time, cost and tokens, the most first. */
export function biggestChanges(alignment: Alignment, a: readonly Step[], b: readonly Step[]): Biggest {
  const own = new Map([a, b].flatMap((steps) => ownTimes(criticalPath(steps)).map(({ step, ms }) => [step, ms])));
  return {
    own_ms: changes(alignment, 1, (step) => own.get(step) ?? null),
    cost_usd: changes(alignment, 9, ({ counted, cost_usd }) => (counted ? cost_usd : null)),
    tokens: changes(alignment, 0, ({ counted, input_tokens: i, output_tokens: o }) =>
      counted && (i !== null || o !== null) ? (i ?? 0) + (o ?? 0) : null,
    ),
  };
}

/** @param measure of one span; null = not known. What only one run has is taken with all that lies below it. */
function changes({ pairs, onlyA, onlyB }: Alignment, digits: number, measure: (step: Step) => number | null): Change[] {
  const sum = (steps: readonly Step[]) => {
    const known = steps.map(measure).filter((value) => value !== null);
    return known.length === 0
      ? null
      : rounded(
          known.reduce((all, value) => all + value, 0),
          digits,
        );
  };
  const change = (path: string, a: readonly Step[], b: readonly Step[]): Change => {
    const [x, y] = [sum(a), sum(b)];
    return {
      path,
      a_span_id: a[0]?.span_id ?? null,
      b_span_id: b[0]?.span_id ?? null,
      a: x,
      b: y,
      change: rounded((y ?? 0) - (x ?? 0), digits),
    };
  };
  return [
    ...pairs.map(({ path, a, b }) => change(path, [a], [b])),
    ...onlyA.map(({ path, steps }) => change(path, steps, [])),
    ...onlyB.map(({ path, steps }) => change(path, [], steps)),
  ]
    .filter((each) => each.change !== 0)
    .sort((x, y) => Math.abs(y.change) - Math.abs(x.change));
}
