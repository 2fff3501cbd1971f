import { diffArrays } from "diff";
import { actOf, labelOf, type Step } from "../explain/step.ts";
import { type Node, treeOf } from "../outline/outline.ts";

/** A span of one run and the one of the other that does the same in the same place. */
export interface Pair {
  a: Step;
  b: Step;
  /** What the spans from the root on do. */
  path: string;
  /** Whether it comes elsewhere among its siblings. */
  moved: boolean;
}

/** A span that the other run has nothing for, with all that lies below it. */
export interface Alone {
  /** The span itself first. */
  steps: [Step, ...Step[]];
  path: string;
}

export interface Alignment {
  pairs: Pair[];
  onlyA: Alone[];
  onlyB: Alone[];
}

/** Spans that a path names, from its end, and characters of each. */
const PATH_NAMES = 4;
const NAME_CHARS = 60;

/** Siblings that differ in more places are not put in order: that would take the square of it. */
const MOST_EDITS = 500;

/**
 * Two runs as trees, sibling by sibling: those that do the same are pairs, in the longest order that both have; of what is left
 * over, those that do the same are pairs that moved. Where each run has but one root these are a pair whatever they are called.
 */
export function align(a: readonly Step[], b: readonly Step[]): Alignment {
  const found: Alignment = { pairs: [], onlyA: [], onlyB: [] };
  const [stepsA, stepsB] = [byId(a), byId(b)];
  const todo = [{ above: [] as string[], a: treeOf(a).roots, b: treeOf(b).roots }];
  for (let level = todo.pop(); level; level = todo.pop()) {
    const { above } = level;
    const pathTo = (name: string) => [...above, name].slice(-PATH_NAMES - 1);
    const onlyRoots = above.length === 0 && level.a.length === 1 && level.b.length === 1;
    const { pairs, restA, restB } = onlyRoots ? bothOf(level.a, level.b) : matched(level.a, level.b);
    for (const { nodeA, nodeB, moved } of pairs) {
      const [stepA, stepB] = [ofNode(stepsA, nodeA), ofNode(stepsB, nodeB)];
      const [nameA, nameB] = [nameOf(stepA), nameOf(stepB)];
      const path = pathTo(nameA === nameB ? nameA : `${nameA} / ${nameB}`);
      found.pairs.push({ a: stepA, b: stepB, path: pathText(path), moved });
      if (nodeA.children.length + nodeB.children.length > 0) {
        todo.push({ above: path, a: nodeA.children, b: nodeB.children });
      }
    }
    const alone = (steps: ReadonlyMap<string, Step>) => (node: Node) => ({
      steps: under(node, steps),
      path: pathText(pathTo(nameOf(ofNode(steps, node)))),
    });
    found.onlyA.push(...restA.map(alone(stepsA)));
    found.onlyB.push(...restB.map(alone(stepsB)));
  }
  return found;
}

interface Match {
  nodeA: Node;
  nodeB: Node;
  moved: boolean;
}

interface Matches {
  pairs: Match[];
  restA: Node[];
  restB: Node[];
}

function bothOf([nodeA]: Node[], [nodeB]: Node[]): Matches {
  return { pairs: [{ nodeA: nodeA as Node, nodeB: nodeB as Node, moved: false }], restA: [], restB: [] };
}

function matched(a: Node[], b: Node[]): Matches {
  const acts = (nodes: Node[]) => nodes.map(({ span }) => actOf(span));
  const changes = diffArrays(acts(a), acts(b), { maxEditLength: MOST_EDITS });
  const pairs: Match[] = [];
  const [leftA, leftB]: [Node[], Node[]] = changes ? [[], []] : [a, b];
  let [atA, atB] = [0, 0];
  for (const { added, removed, count } of changes ?? []) {
    if (removed) leftA.push(...a.slice(atA, atA + count));
    else if (added) leftB.push(...b.slice(atB, atB + count));
    else {
      for (let n = 0; n < count; n++) {
        pairs.push({ nodeA: a[atA + n] as Node, nodeB: b[atB + n] as Node, moved: false });
      }
    }
    if (!added) atA += count;
    if (!removed) atB += count;
  }
  const waiting = Map.groupBy(leftB.toReversed(), ({ span }) => actOf(span));
  const restA = leftA.filter((nodeA) => {
    const nodeB = waiting.get(actOf(nodeA.span))?.pop();
    if (nodeB) pairs.push({ nodeA, nodeB, moved: changes !== undefined });
    return nodeB === undefined;
  });
  return { pairs, restA, restB: [...waiting.values()].flatMap((some) => some.toReversed()) };
}

function byId(steps: readonly Step[]): ReadonlyMap<string, Step> {
  return new Map(steps.map((step) => [step.span_id, step]));
}

function ofNode(steps: ReadonlyMap<string, Step>, { span }: Node): Step {
  return steps.get(span.span_id) as Step;
}

function under(node: Node, steps: ReadonlyMap<string, Step>): [Step, ...Step[]] {
  const found: [Step, ...Step[]] = [ofNode(steps, node)];
  const todo = [...node.children];
  for (let at = todo.pop(); at; at = todo.pop()) {
    found.push(ofNode(steps, at));
    todo.push(...at.children);
  }
  return found;
}

function nameOf(step: Step): string {
  const name = labelOf(step);
  return name.length > NAME_CHARS ? `${name.slice(0, NAME_CHARS - 1)}…` : name;
}

function pathText(names: readonly string[]): string {
  return `${names.length > PATH_NAMES ? "… > " : ""}${names.slice(-PATH_NAMES).join(" > ")}`;
}
