import type { SpanRow } from "#lib/api.ts";
import { millisSince } from "#lib/time.ts";

/**
 * What is odd about a span's times. `early`: it starts before its parent, so two clocks disagree. `no-end`: the run is over
 * and the span's end never came.
 */
export type Oddity = "no-time" | "ends-before-start" | "early" | "no-end";

/** A span in its tree. Times are milliseconds since the trace's epoch. */
export interface Node {
  /** The seq that the span was first seen with: stays its name when its end takes the place of its start. */
  readonly key: number;
  row: SpanRow;
  start: number;
  /** Of a span that has not ended: now, or the end of the trace once the run is over. */
  end: number;
  /** Its end has not come. */
  open: boolean;
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
  /** The spans that have not ended. */
  readonly open = new Set<Node>();
  readonly #seqs = new Set<number>();
  /** Milliseconds since 1970; null = the run is over, and time stands. */
  #now: number | null = null;
  /** Where the spans that have ended reach to. */
  #closedTo = 0;

  get lastSeq(): number {
    return this.nodes.reduce((last, node) => Math.max(last, node.row.seq), 0);
  }

  /** @returns how many of the rows said something new */
  add(rows: SpanRow[]): number {
    let news = 0;
    for (const row of rows) {
      if (this.#seqs.has(row.seq)) continue;
      this.#seqs.add(row.seq);
      const known = this.byId.get(row.span_id);
      // A start that came in after its end says nothing.
      if (known && !known.open && row.ended_at === null) continue;
      news++;
      if (known?.open) {
        // The same node, so that whoever stands on it or has folded it stays there.
        Object.assign(known, this.#timed(row));
        if (!known.open) this.open.delete(known);
        continue;
      }
      const node = this.#node(row);
      this.nodes.push(node);
      if (node.open) this.open.add(node);
      // The same span sent twice: children hang below the first.
      if (!known) this.byId.set(row.span_id, node);
    }
    if (news > 0) this.#link();
    return news;
  }

  /** Lets time pass for the spans that have not ended. @param now milliseconds since 1970; null once the run is over */
  pass(now: number | null): void {
    this.#now = now;
    this.to = this.#closedTo;
    if (this.open.size === 0) return;
    const present = now === null ? this.#closedTo : now - this.epoch;
    for (const node of this.open) {
      // Another machine's clock may be ahead of this one's.
      node.end = Math.max(node.start, present);
      if (now === null) node.odd = "no-end";
      else if (node.odd === "no-end") node.odd = null;
      if (node.end > this.to) this.to = node.end;
    }
  }

  #node(row: SpanRow): Node {
    return { ...this.#timed(row), key: row.seq, parent: null, children: [], depth: 0, orphan: false, below: 0 };
  }

  #timed(row: SpanRow): Pick<Node, "row" | "start" | "end" | "open" | "odd"> {
    const known = !row.started_at.startsWith("1970-01-01T00:00:0");
    if (known && this.epoch === 0) this.epoch = Date.parse(row.started_at) || 0;
    const start = known ? millisSince(this.epoch, row.started_at) : Number.NaN;
    const length = Number.isFinite(row.duration_ms) ? (row.duration_ms as number) : 0;
    const odd = !known || Number.isNaN(start) ? "no-time" : length < 0 ? "ends-before-start" : null;
    const open = row.ended_at === null && odd === null;
    return { row, start, end: odd === null ? start + length : start, open, odd };
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
      const end = node.open ? node.start : node.end;
      if (end > to) to = end;
    }
    this.from = Number.isFinite(from) ? from : 0;
    this.#closedTo = Number.isFinite(to) ? to : 0;

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
    this.pass(this.#now);
  }
}

/** By start; what has no time goes last, equals by their place in the log. */
function byStart(a: Node, b: Node): number {
  const left = Number.isNaN(a.start) ? Number.POSITIVE_INFINITY : a.start;
  const right = Number.isNaN(b.start) ? Number.POSITIVE_INFINITY : b.start;
  return left === right ? a.key - b.key : left - right;
}

/** How long a span took, or has been going on; null if nobody knows. */
export function lengthOf(node: Node): number | null {
  if (!node.open) return node.row.duration_ms;
  return node.odd === "no-end" ? null : node.end - node.start;
}

export const isError = (node: Node) => node.row.status === "error";
