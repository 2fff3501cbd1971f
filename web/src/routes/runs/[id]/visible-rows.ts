import { isError, type Node, type Trace } from "./trace.ts";

export type Show = "all" | "errors" | "llm";

export interface Filter {
  show: Show;
  /** Lower case, trimmed; "" for none. */
  text: string;
}

/** The nodes that a filter names; null when it names none in particular. */
export function findMatches(trace: Trace, { show, text }: Filter): Set<Node> | null {
  if (show === "all" && text === "") return null;
  const matches = new Set<Node>();
  for (const node of trace.nodes) {
    if (show === "errors" && !isError(node)) continue;
    if (show === "llm" && node.row.step !== "llm" && node.row.step !== "embedding") continue;
    if (text === "" || holds(node, text)) matches.add(node);
  }
  return matches;
}

function holds({ row }: Node, text: string): boolean {
  for (const value of [
    row.name,
    row.model,
    row.tool_name,
    row.agent_name,
    row.service,
    row.status_message,
    row.span_id,
  ]) {
    if (value?.toLowerCase().includes(text)) return true;
  }
  return row.step === text;
}

/**
 * The rows to show, from top to bottom. With matches: these and what leads to them, opened or not.
 * @param collapsed keys of the spans whose children are hidden
 */
export function visibleRows(trace: Trace, collapsed: ReadonlySet<number>, matches: Set<Node> | null): Node[] {
  const keep = matches && withAncestors(matches);
  const rows: Node[] = [];
  const stack = trace.roots.toReversed();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (keep && !keep.has(node)) continue;
    rows.push(node);
    if (!keep && collapsed.has(node.key)) continue;
    for (let at = node.children.length - 1; at >= 0; at--) stack.push(node.children[at] as Node);
  }
  return rows;
}

function withAncestors(matches: Set<Node>): Set<Node> {
  const keep = new Set<Node>();
  for (const match of matches) {
    for (let node: Node | null = match; node && !keep.has(node); node = node.parent) keep.add(node);
  }
  return keep;
}

/** The next node after `from` in reading order that passes the test; starts again at the top. */
export function nextNode(trace: Trace, from: Node | null, test: (node: Node) => boolean, back = false): Node | null {
  const order = visibleRows(trace, new Set(), null);
  if (back) order.reverse();
  const at = from ? order.indexOf(from) : -1;
  for (let step = 1; step <= order.length; step++) {
    const node = order[(at + step) % order.length];
    if (node && test(node)) return node;
  }
  return null;
}

/** Opens everything above a node, so that it can be seen. Returns the same set when nothing was closed. */
export function reveal(collapsed: ReadonlySet<number>, target: Node): ReadonlySet<number> {
  const next = new Set(collapsed);
  for (let node = target.parent; node; node = node.parent) next.delete(node.key);
  return next.size === collapsed.size ? collapsed : next;
}

const STEP_PX = 14;
const FULL_STEPS = 10;
const MOST_STEPS = 24;

/** How far a row is moved in. Full steps at first, small ones further down, and no more beyond that. */
export function indent(depth: number): number {
  if (depth <= FULL_STEPS) return depth * STEP_PX;
  return FULL_STEPS * STEP_PX + (Math.min(depth, MOST_STEPS) - FULL_STEPS) * 3;
}

/** Below this level the eye cannot count steps: the row says its level in digits. */
export const showsLevel = (depth: number) => depth > FULL_STEPS;
