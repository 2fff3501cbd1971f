/** A stretch of time on screen, in milliseconds of the trace. */
export interface Range {
  from: number;
  to: number;
}

export interface Tick {
  at: number;
  label: string;
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** Steps that read well above a second, where time stops being decimal. */
const CLOCK_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 4, 6, 12, 24, 48, 120, 240].map((hours) => hours * HOUR),
];

function stepFor(length: number, most: number): number {
  const least = length / most;
  if (least > 500) {
    const clock = CLOCK_STEPS.find((step) => step >= least);
    if (clock) return clock;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  const digit = [1, 2, 5, 10].find((each) => each * power >= least * 0.999_999) ?? 10;
  return digit * power;
}

/** Marks at round times since the start, at most `most` of them. */
export function ticks({ from, to }: Range, most: number): Tick[] {
  const length = to - from;
  if (!(length > 0) || most < 1) return [{ at: from, label: "0 ms" }];
  const step = stepFor(length, most);
  const marks: Tick[] = [];
  for (let index = Math.ceil(from / step - 1e-9); index * step <= to + step * 1e-6; index++) {
    marks.push({ at: index * step, label: label(index, step) });
  }
  return marks;
}

function label(index: number, step: number): string {
  const at = index * step;
  if (index === 0) return "0";
  if (step >= HOUR) return `${tidy(at / HOUR)} h`;
  if (step >= MINUTE)
    return at >= HOUR ? `${Math.floor(at / HOUR)} h ${Math.round((at % HOUR) / MINUTE)} m` : `${tidy(at / MINUTE)} m`;
  if (at >= MINUTE && step >= 1000) return `${Math.floor(at / MINUTE)} m ${Math.round((at % MINUTE) / 1000)} s`;
  if (step >= 100 || at >= 10_000) return `${tidy(at / 1000)} s`;
  if (step >= 0.1) return `${tidy(at)} ms`;
  return step >= 0.0001 ? `${tidy(at * 1000)} µs` : `${tidy(at * 1e6)} ns`;
}

/** Without the dust that floats leave: 0.30000000000000004 → 0.3 */
function tidy(value: number): string {
  return String(Number(value.toPrecision(9)));
}

/** Where a span lies on the axis, in percent of its width; null when it lies outside. */
export function place(range: Range, start: number, end: number): { left: number; width: number } | null {
  const length = range.to - range.from || 1;
  if (end < range.from || start > range.to) return null;
  const left = Math.max(0, (start - range.from) / length);
  const right = Math.min(1, (end - range.from) / length);
  return { left: left * 100, width: (right - left) * 100 };
}
