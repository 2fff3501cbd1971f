import type { CostPoint, LatencyPoint } from "./analytics-api.ts";
import { type Granularity, STEPS } from "./view.ts";

/** One line or one layer of a chart: a value for each step; null = nothing is known of it. */
export interface Column {
  label: string;
  values: (number | null)[];
}

/** The steps of a chart from its first to its last, without gaps. Seconds since the epoch. */
export function stepsOf(counted: { from: string; to: string }, granularity: Granularity, starts: string[]): number[] {
  const given = [...new Set(starts.map((start) => Date.parse(start) / 1000))].sort((a, b) => a - b);
  const step = STEPS[granularity];
  // Where a week begins is the API's to say.
  const first = granularity === "week" ? given[0] : Math.floor(Date.parse(counted.from) / 1000 / step) * step;
  if (first === undefined) return [];
  const end = Math.max(Date.parse(counted.to) / 1000, (given.at(-1) ?? first) + 1);
  return Array.from({ length: Math.max(1, Math.ceil((end - first) / step)) }, (_, at) => first + at * step);
}

/** The layers of costs, the largest group first. Where a group had no call it cost nothing; without a price it is unknown. */
export function costColumns(points: CostPoint[], steps: number[], nameOf: (group: string | null) => string): Column[] {
  const groups = new Map<string | null, { sum: number; values: (number | null)[] }>();
  const at = new Map(steps.map((step, index) => [step, index]));
  for (const { start, group, cost_usd } of points) {
    const index = at.get(Date.parse(start) / 1000);
    if (index === undefined) continue;
    const found = groups.get(group) ?? { sum: 0, values: steps.map(() => 0) };
    groups.set(group, found);
    found.values[index] = cost_usd;
    found.sum += cost_usd ?? 0;
  }
  return [...groups]
    .sort(([a, one], [b, two]) => Number(a === null) - Number(b === null) || two.sum - one.sum)
    .map(([group, { values }]) => ({ label: nameOf(group), values }));
}

/** Sums over all groups, step by step. */
export function sumColumns(
  points: CostPoint[],
  steps: number[],
  layers: { label: string; of: (point: CostPoint) => number }[],
): Column[] {
  const at = new Map(steps.map((step, index) => [step, index]));
  const columns = layers.map(({ label }) => ({ label, values: steps.map(() => 0) }));
  for (const point of points) {
    const index = at.get(Date.parse(point.start) / 1000);
    if (index === undefined) continue;
    for (const [layer, { of }] of layers.entries()) {
      const { values } = columns[layer] as { values: number[] };
      values[index] = (values[index] ?? 0) + of(point);
    }
  }
  return columns;
}

/** The percentiles, step by step; null where no call ended. */
export function latencyColumns(points: LatencyPoint[], steps: number[]): Column[] {
  const at = new Map(points.map((point) => [Date.parse(point.start) / 1000, point]));
  const line = (label: string, of: "p50_ms" | "p95_ms" | "p99_ms") => ({
    label,
    values: steps.map((step) => at.get(step)?.[of] ?? null),
  });
  return [line("p50", "p50_ms"), line("p95", "p95_ms"), line("p99", "p99_ms")];
}

/** Layers on top of each other: each with the sum of all up to it. */
export function stacked(columns: Column[]): (number | null)[][] {
  const sums: number[] = [];
  return columns.map(({ values }) =>
    values.map((value, at) => {
      sums[at] = (sums[at] ?? 0) + (value ?? 0);
      return sums[at] ?? 0;
    }),
  );
}
