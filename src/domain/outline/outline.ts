import type { SpanRow } from "../runs/schema.ts";

/** What of a run's tree is shown. */
export interface OutlineQuery {
  /** Only this span and what lies below it. */
  focus?: string | undefined;
  /** Levels below the top, which is 1. */
  depth: number;
  /** Spans at the most. Failed ones and those above them come first. */
  most: number;
}

export interface Outline {
  /** A line a span, indented by level: id, name, what it is, duration, model, tokens, cost, error. */
  text: string;
  shown: number;
  hidden: number;
}

export interface Node {
  span: SpanRow;
  children: Node[];
  level: number;
  /** Spans below it, and how many of them failed. */
  below: number;
  failed: number;
}

/** Characters of an error's message in a line. */
const MESSAGE_CHARS = 160;

/**
 * A run's tree in lines for a reader who has little room. What is left out is counted where it would have been.
 * @param query.focus a span of the list; all is shown if it is none
 */
export function outlineOf(spans: readonly SpanRow[], query: OutlineQuery): Outline {
  const { roots, byId } = treeOf(spans);
  const focused = query.focus === undefined ? undefined : byId.get(query.focus);
  const tops = focused ? [focused] : roots;
  for (const top of tops) measure(top, 1);
  const shown = choose(tops, query);
  const lines: string[] = [];
  for (const top of tops) write(top, 0, shown, lines);
  const all = tops.reduce((sum, top) => sum + 1 + top.below, 0);
  return { text: lines.join("\n"), shown: shown.size, hidden: all - shown.size };
}

/** Spans as trees in order of their start; one whose parent is not there is a root, and so is the first of a circle. */
export function treeOf(spans: readonly SpanRow[]): { roots: Node[]; byId: Map<string, Node> } {
  const byId = new Map<string, Node>();
  for (const span of spans) byId.set(span.span_id, { span, children: [], level: 1, below: 0, failed: 0 });
  const nodes = [...byId.values()].sort(byStart);
  const roots: Node[] = [];
  for (const node of nodes) {
    const parent = node.span.parent_span_id === null ? undefined : byId.get(node.span.parent_span_id);
    if (parent && parent !== node) parent.children.push(node);
    else roots.push(node);
  }
  const reached = new Set<Node>();
  for (const root of roots) reach(root, reached);
  for (const node of nodes) {
    if (reached.has(node)) continue;
    const parent = byId.get(node.span.parent_span_id ?? "");
    if (parent) parent.children = parent.children.filter((child) => child !== node);
    roots.push(node);
    reach(node, reached);
  }
  return { roots: roots.sort(byStart), byId };
}

function byStart(a: Node, b: Node): number {
  const [x, y] = [a.span.started_at, b.span.started_at];
  return x < y ? -1 : x > y ? 1 : 0;
}

function reach(top: Node, reached: Set<Node>): void {
  const open = [top];
  for (let node = open.pop(); node; node = open.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    open.push(...node.children);
  }
}

function measure(top: Node, level: number): void {
  // No recursion: a tree may be as deep as it has spans.
  const order: Node[] = [];
  const open: Node[] = [top];
  top.level = level;
  for (let node = open.pop(); node; node = open.pop()) {
    order.push(node);
    for (const child of node.children) {
      child.level = node.level + 1;
      open.push(child);
    }
  }
  for (const node of order.reverse()) {
    node.below = node.children.reduce((sum, child) => sum + 1 + child.below, 0);
    node.failed = node.children.reduce((sum, { span, failed }) => sum + failed + (span.status === "error" ? 1 : 0), 0);
  }
}

/** Failed spans with all above them, up to half of the room; then level by level from the top. */
function choose(tops: readonly Node[], { depth, most }: OutlineQuery): Set<Node> {
  const shown = new Set<Node>();
  const path: Node[] = [];
  const failedPaths = (node: Node): void => {
    if (shown.size >= most / 2 || path.length >= 100) return;
    path.push(node);
    if (node.span.status === "error" && shown.size + path.length <= most) for (const each of path) shown.add(each);
    if (node.failed > 0) for (const child of node.children) failedPaths(child);
    path.pop();
  };
  for (const top of tops) failedPaths(top);
  let level = [...tops];
  for (let n = 1; n <= depth && level.length > 0 && shown.size < most; n++) {
    for (const node of level) if (shown.size < most) shown.add(node);
    level = level.flatMap(({ children }) => children);
  }
  return shown;
}

function write(node: Node, indent: number, shown: ReadonlySet<Node>, lines: string[]): void {
  if (!shown.has(node)) return;
  const pad = "  ".repeat(Math.min(indent, 40));
  lines.push(pad + lineOf(node.span));
  for (const child of node.children) write(child, indent + 1, shown, lines);
  const left = node.children.filter((child) => !shown.has(child));
  if (left.length === 0) return;
  const spans = left.reduce((sum, { below }) => sum + 1 + below, 0);
  const failed = left.reduce((sum, { span, failed: n }) => sum + n + (span.status === "error" ? 1 : 0), 0);
  lines.push(
    `${pad}  … ${spans} more span${spans === 1 ? "" : "s"} under ${node.span.span_id}${failed > 0 ? `, ${failed} failed` : ""}`,
  );
}

/** One span in a line. */
export function lineOf(span: SpanRow): string {
  const { step, tool_name, agent_name, model, name } = span;
  const what =
    step === "llm"
      ? ` · ${model ?? "model not known"}`
      : step === "tool" && tool_name !== null && tool_name !== name
        ? ` · ${tool_name}`
        : "";
  const agent = agent_name !== null && agent_name !== name && step === "agent" ? ` · ${agent_name}` : "";
  const facts = [
    span.ended_at === null ? "running" : durationText(span.duration_ms ?? 0),
    ...(span.input_tokens === null && span.output_tokens === null ? [] : [tokensText(span)]),
    ...(span.cost_usd !== null
      ? [`$${Number(span.cost_usd.toPrecision(4))}`]
      : span.unpriced !== null
        ? [`cost not known (${span.unpriced})`]
        : []),
  ];
  const error = span.status === "error" ? ` FAILED: ${oneLine(span.status_message ?? "no message")}` : "";
  return `[${span.span_id}] ${name} (${step}${what}${agent}) ${facts.join(", ")}${error}`;
}

function tokensText({ input_tokens, cached_input_tokens, output_tokens }: SpanRow): string {
  const cached = cached_input_tokens ? ` (${cached_input_tokens} cached)` : "";
  return `${input_tokens ?? "?"}${cached} → ${output_tokens ?? "?"} tokens`;
}

/** A duration with its unit: `850 ms`, `12.3 s`, `4.1 min`. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Number(ms.toPrecision(3))} ms`;
  if (ms < 120_000) return `${Number((ms / 1_000).toPrecision(3))} s`;
  return `${Number((ms / 60_000).toPrecision(3))} min`;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > MESSAGE_CHARS ? `${line.slice(0, MESSAGE_CHARS)}…` : line;
}
