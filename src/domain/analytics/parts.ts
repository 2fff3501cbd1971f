import { GRANULARITIES, type Granularity, type Span, STEPS } from "./range.ts";

/** Steps of one length; times in seconds since the epoch, `to` is exclusive. */
export interface Part {
  step: keyof typeof STEPS;
  from: number;
  to: number;
}

const COARSE_FIRST = ["day", "hour", "minute"] as const;

/**
 * The fewest steps that are a span, in order: whole UTC days, beside them whole hours, and beside these minutes if the span is
 * rounded to minutes. A series has none that are longer than its own steps.
 */
export function partsOf(span: Span, granularity: Granularity | null): Part[] {
  const longest = granularity === null ? Number.POSITIVE_INFINITY : GRANULARITIES[granularity].length;
  const steps = COARSE_FIRST.filter((step) => STEPS[step] <= longest && STEPS[step] >= STEPS[span.step]);
  return divided(span.from, span.to, steps);
}

function divided(from: number, to: number, [step, ...finer]: readonly Part["step"][]): Part[] {
  if (step === undefined || from >= to) return [];
  const length = STEPS[step];
  const first = Math.ceil(from / length) * length;
  const past = Math.floor(to / length) * length;
  if (first >= past) return divided(from, to, finer);
  return [...divided(from, first, finer), { step, from: first, to: past }, ...divided(past, to, finer)];
}
