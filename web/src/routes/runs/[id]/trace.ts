import type { SpanRow } from "#lib/api.ts";
import { millisSince } from "#lib/time.ts";

/** What is odd about a span's times. `early`: it starts before its parent, so two clocks disagree. */
export type Oddity = "no-time" | "ends-before-start" | "early";

/** A span in its tree. Times are milliseconds since the trace's epoch. */
export interface Node {
  row: SpanRow;
  start: number;
  end: number;
  parent: Node | null;
  children: Node[];
  depth: number;
  /** It names a parent that is not in the run (or is its own ancestor): it stands at root level. */
  orphan: boolean;
  odd: Oddity | null;
  /** How many spans lie below it. */
  below: number;
}

/** Two clocks of one machine may differ by this much without anything being wrong. */
const SKEW_MS = 1;

/** The spans of a run as a tree that grows: spans come in any order, children before parents too. */
export class Trace {
  /** Milliseconds since 1970 that the nodes' times count from. */
  epoch = 0;
  /** The time span that all nodes cover. */
  from = 0;
  to = 0;
  readonly nodes: Node[] = [];
  roots: Node[] = [];
  readonly byId = new Map<string, Node>();
  readonly #seqs = new Set<number>();

  get lastSeq(): number {
    return this.nodes.reduce((last, node) => Math.max(last, node.row.seq), 0);
  }

  /** @returns how many of the rows were new */
  add(rows: SpanRow[]): number {
    const before = this.nodes.length;
    for (const row of rows) {
      if (this.#seqs.has(row.seq)) continue;
      this.#seqs.add(row.seq);
      const node = this.#node(row);
      this.nodes.push(node);
      // The same span sent twice: children hang below the first.
      if (!this.byId.has(row.span_id)) this.byId.set(row.span_id, node);
    }
    if (this.nodes.length > before) this.#link();
    return this.nodes.length - before;
  }

  #node(row: SpanRow): Node {
    const known = !row.started_at.startsWith("1970-01-01T00:00:0");
    if (known && this.epoch === 0) this.epoch = Date.parse(row.started_at) || 0;
    const start = known ? millisSince(this.epoch, row.started_at) : Number.NaN;
    const length = Number.isFinite(row.duration_ms) ? row.duration_ms : 0;
    const odd = !known || Number.isNaN(start) ? "no-time" : length < 0 ? "ends-before-start" : null;
    return {
      row,
      start,
      end: odd === null ? start + length : start,
      parent: null,
      children: [],
      depth: 0,
      orphan: false,
      odd,
      below: 0,
    };
  }

  #link(): void {
    for (const node of this.nodes) node.children = [];
    const roots: Node[] = [];
    for (const node of this.nodes) {
      const named = node.row.parent_span_id;
      const parent = named === null ? undefined : this.byId.get(named);
      node.parent = parent === node ? null : (parent ?? null);
      node.orphan = named !== null && node.parent === null;
      if (node.parent) node.parent.children.push(node);
      else roots.push(node);
    }
    this.#breakCircles(roots);
    this.#measure(roots);
  }

  /** Spans that are their own ancestors hang from no root: one of each circle becomes a root. */
  #breakCircles(roots: Node[]): void {
    const reached = new Set<Node>();
    const reach = (from: Node[]) => {
      const stack = [...from];
      for (let node = stack.pop(); node; node = stack.pop()) {
        if (reached.has(node)) continue;
        reached.add(node);
        for (const child of node.children) stack.push(child);
      }
    };
    reach(roots);
    if (reached.size === this.nodes.length) return;
    for (const node of this.nodes) {
      if (reached.has(node)) continue;
      if (node.parent) node.parent.children = node.parent.children.filter((child) => child !== node);
      node.parent = null;
      node.orphan = true;
      roots.push(node);
      reach([node]);
    }
  }

  #measure(roots: Node[]): void {
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (const node of this.nodes) {
      if (node.odd === "no-time") continue;
      if (node.start < from) from = node.start;
      if (node.end > to) to = node.end;
    }
    this.from = Number.isFinite(from) ? from : 0;
    this.to = Number.isFinite(to) ? to : 0;

    this.roots = roots.sort(byStart);
    const order: Node[] = [];
    const stack = this.roots.toReversed();
    for (let node = stack.pop(); node; node = stack.pop()) {
      order.push(node);
      node.depth = node.parent ? node.parent.depth + 1 : 0;
      node.below = 0;
      if (node.odd === "no-time") node.start = node.end = node.parent?.start ?? this.from;
      else if (node.odd !== "ends-before-start") {
        node.odd = node.parent && node.start < node.parent.start - SKEW_MS ? "early" : null;
      }
      node.children.sort(byStart);
      for (let at = node.children.length - 1; at >= 0; at--) stack.push(node.children[at] as Node);
    }
    for (let at = order.length - 1; at >= 0; at--) {
      const node = order[at] as Node;
      if (node.parent) node.parent.below += node.below + 1;
    }
  }
}

/** By start; what has no time goes last, equals by their place in the log. */
function byStart(a: Node, b: Node): number {
  const left = Number.isNaN(a.start) ? Number.POSITIVE_INFINITY : a.start;
  const right = Number.isNaN(b.start) ? Number.POSITIVE_INFINITY : b.start;
  return left === right ? a.row.seq - b.row.seq : left - right;
}

export const isError = (node: Node) => node.row.status === "error";
