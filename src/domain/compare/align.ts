import { diffArrays } from "diff";
import { actOf, type Step } from "../explain/step.ts";
import { type Node, treeOf } from "../outline/outline.ts";

/** A span of one run and the one of the other that does the same in the same place. */
export interface Pair {
  a: Step;
  b: Step;
  /** Names from the root on. */
  path: string;
  /** Whether it comes elsewhere among its siblings. */
  moved: boolean;
}

/** A span that the other run has nothing for, with all that lies below it. */
export interface Alone {
  step: Step;
  path: string;
  /** Spans with it. */
  spans: number;
}

export interface Alignment {
  pairs: Pair[];
  onlyA: Alone[];
  onlyB: Alone[];
}

/** Steps of a path that are named, from its end. */
const PATH_NAMES = 4;

/** Siblings that differ in more places are not put in order: that would take the square of it. */
const MOST_EDITS = 2_000;

/**
 * Two runs as trees, sibling by sibling: those of one kind and name are pairs, in the longest order that both have; of what is
 * left over, those of one name are pairs that moved.
 */
export function align(a: readonly Step[], b: readonly Step[]): Alignment {
  const [stepsA, stepsB] = [a, b].map((steps) => new Map(steps.map((step) => [step.span_id, step])));
  const stepA = (node: Node) => stepsA?.get(node.span.span_id) as Step;
  const stepB = (node: Node) => stepsB?.get(node.span.span_id) as Step;
  const found: Alignment = { pairs: [], onlyA: [], onlyB: [] };
  const todo = [{ above: [] as string[], a: treeOf(a).roots, b: treeOf(b).roots }];
  for (let level = todo.pop(); level; level = todo.pop()) {
    const { above } = level;
    const pathOf = (step: Step) => [...above, nameOf(step)].slice(-PATH_NAMES).join(" > ");
    const { pairs, restA, restB } = matched(level.a, level.b);
    for (const { nodeA, nodeB, moved } of pairs) {
      const step = stepA(nodeA);
      found.pairs.push({ a: step, b: stepB(nodeB), path: pathOf(step), moved });
      if (nodeA.children.length + nodeB.children.length === 0) continue;
      todo.push({ above: [...above, nameOf(step)].slice(-PATH_NAMES), a: nodeA.children, b: nodeB.children });
    }
    const alone = (step: Step, node: Node) => ({ step, path: pathOf(step), spans: sizeOf(node) });
    found.onlyA.push(...restA.map((node) => alone(stepA(node), node)));
    found.onlyB.push(...restB.map((node) => alone(stepB(node), node)));
  }
  return found;
}

interface Match {
  nodeA: Node;
  nodeB: Node;
  moved: boolean;
}

function matched(a: Node[], b: Node[]): { pairs: Match[]; restA: Node[]; restB: Node[] } {
  const keys = (nodes: Node[]) => nodes.map(({ span }) => actOf(span));
  const changes = diffArrays(keys(a), keys(b), { maxEditLength: MOST_EDITS });
  const pairs: Match[] = [];
  const [leftA, leftB]: [Node[], Node[]] = changes ? [[], []] : [a, b];
  let [atA, atB] = [0, 0];
  for (const { added, removed, count } of changes ?? []) {
    if (!added && !removed) {
      for (let n = 0; n < count; n++) {
        pairs.push({ nodeA: a[atA + n] as Node, nodeB: b[atB + n] as Node, moved: false });
      }
    }
    if (removed) leftA.push(...a.slice(atA, atA + count));
    if (added) leftB.push(...b.slice(atB, atB + count));
    if (!added) atA += count;
    if (!removed) atB += count;
  }
  const waiting = Map.groupBy(leftB, ({ span }) => actOf(span));
  const restA = leftA.filter((nodeA) => {
    const nodeB = waiting.get(actOf(nodeA.span))?.shift();
    if (nodeB) pairs.push({ nodeA, nodeB, moved: changes !== undefined });
    return nodeB === undefined;
  });
  return { pairs, restA, restB: [...waiting.values()].flat() };
}

function nameOf({ name, model }: Step): string {
  return model === null ? name : name.replace(model, "*");
}

function sizeOf(node: Node): number {
  let size = 0;
  const todo = [node];
  for (let at = todo.pop(); at; at = todo.pop()) {
    size++;
    todo.push(...at.children);
  }
  return size;
}
