import { rounded } from "../explain/finding.ts";
import type { Alignment, Alone } from "./align.ts";
import type { Comparison } from "./schema.ts";

type PathChanges = Omit<Comparison["path"], "aligned">;

/** Spans that an entry names. */
const MOST_SPANS = 3;

/** What the runs did differently: what only one of them did, how often, and in what order. The longest first. */
export function pathChanges({ pairs, onlyA, onlyB }: Alignment): PathChanges {
  const paired = Map.groupBy(pairs, ({ path }) => path);
  const aloneA = Map.groupBy(onlyA, ({ path }) => path);
  const aloneB = Map.groupBy(onlyB, ({ path }) => path);
  const times = (path: string, alone: ReadonlyMap<string, Alone[]>) =>
    (paired.get(path)?.length ?? 0) + (alone.get(path)?.length ?? 0);
  const only = (alone: ReadonlyMap<string, Alone[]>, other: ReadonlyMap<string, Alone[]>) =>
    [...alone]
      .filter(([path]) => times(path, other) === 0)
      .map(([path, some]) => together(path, some))
      .sort((x, y) => y.duration_ms - x.duration_ms || y.spans - x.spans);
  return {
    only_a: only(aloneA, aloneB),
    only_b: only(aloneB, aloneA),
    repeated: [...new Set([...aloneA.keys(), ...aloneB.keys()])]
      .map((path) => ({ path, a_times: times(path, aloneA), b_times: times(path, aloneB) }))
      .filter(({ a_times, b_times }) => a_times > 0 && b_times > 0 && a_times !== b_times)
      .sort((x, y) => Math.abs(y.b_times - y.a_times) - Math.abs(x.b_times - x.a_times)),
    moved: pairs
      .filter(({ moved }) => moved)
      .map(({ path, a, b }) => ({ path, a_span_id: a.span_id, b_span_id: b.span_id })),
  };
}

function together(path: string, some: readonly Alone[]): PathChanges["only_a"][number] {
  return {
    path,
    times: some.length,
    span_ids: some.slice(0, MOST_SPANS).map(({ steps: [top] }) => top.span_id),
    spans: some.reduce((sum, { steps }) => sum + steps.length, 0),
    duration_ms: rounded(some.reduce((sum, { steps: [top] }) => sum + (top.duration_ms ?? 0), 0)),
  };
}
