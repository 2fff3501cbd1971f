import { type Node, treeOf } from "../outline/outline.ts";
import type { Step } from "./step.ts";

/** A stretch of time in which one span alone kept the run waiting. Milliseconds since the run's beginning. */
export interface Stretch {
  /** null: no span was there at all. */
  step: Step | null;
  from: number;
  to: number;
  /** Whether spans lie below it, but none of them ran: nobody knows what happened. */
  idle: boolean;
}

/**
 * The spans that bound a run's duration, in order of time: whoever makes one of them shorter makes the run shorter. Walked from
 * the end: before a span that ended last, whatever ended last of what was there before it began. Spans that have not ended
 * last to the newest time known.
 */
export function criticalPath(steps: readonly Step[]): Stretch[] {
  const byId = new Map(steps.map((step) => [step.span_id, step]));
  const { roots } = treeOf(steps);
  const end = steps.reduce((most, { from, to }) => Math.max(most, to ?? from), 0);
  const endOf = ({ span }: Node) => (byId.get(span.span_id) as Step).to ?? end;
  const startOf = ({ span }: Node) => (byId.get(span.span_id) as Step).from;
  const path: Stretch[] = [];
  const todo: { step: Step | null; children: Node[]; from: number; to: number }[] = [
    { step: null, children: roots, from: 0, to: end },
  ];
  for (let at = todo.pop(); at; at = todo.pop()) {
    const { step, children, from } = at;
    let cursor = at.to;
    const stretch = (start: number) => {
      if (cursor > start) path.push({ step, from: start, to: cursor, idle: step === null || children.length > 0 });
    };
    for (const child of children.toSorted((a, b) => endOf(b) - endOf(a))) {
      const [start, to] = [Math.max(startOf(child), from), Math.min(endOf(child), cursor)];
      // It ran while something that ended later did, or outside of its parent.
      if (start >= to) continue;
      stretch(to);
      todo.push({ step: byId.get(child.span.span_id) as Step, children: child.children, from: start, to });
      cursor = start;
    }
    stretch(from);
  }
  return path.sort((a, b) => a.from - b.from);
}

/** What each span alone kept the run waiting, the longest first; what nobody knows of is left out. */
export function ownTimes(path: readonly Stretch[]): { step: Step; ms: number }[] {
  const times = new Map<Step, number>();
  for (const { step, from, to } of path) {
    if (step !== null) times.set(step, (times.get(step) ?? 0) + to - from);
  }
  return [...times].map(([step, ms]) => ({ step, ms })).sort((a, b) => b.ms - a.ms);
}
