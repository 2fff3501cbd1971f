import type { Range } from "./axis.ts";
import { isError, type Node } from "./trace.ts";

export const STEP_ORDER = [
  "llm",
  "embedding",
  "tool",
  "agent",
  "chain",
  "retriever",
  "reranker",
  "guardrail",
  "evaluator",
  "span",
] as const;
/** Paint of a cell: 0 = nothing, 1… = STEP_ORDER, the last = an error. */
export const ERROR_PAINT = STEP_ORDER.length + 1;
const PAINT = new Map<string, number>(STEP_ORDER.map((step, at) => [step, at + 1]));

/** A stretch of one lane in one colour. */
export interface Stretch {
  lane: number;
  x: number;
  width: number;
  paint: number;
}

/**
 * The whole trace in few rectangles: spans fall into lanes by their place in the tree and into columns by their time, so
 * that drawing costs what the picture has in pixels and not what the trace has in spans. Within a cell an error wins over
 * a model or tool call, and these win over the steps that only wrap them.
 */
export function stretches(nodes: Node[], range: Range, columns: number, lanes: number): Stretch[] {
  const cells = new Uint8Array(columns * lanes);
  const length = range.to - range.from || 1;
  const rows = Math.min(lanes, Math.max(nodes.length, 1));
  nodes.forEach((node, at) => {
    const lane = Math.floor((at * rows) / nodes.length);
    const first = Math.max(0, Math.floor(((node.start - range.from) / length) * columns));
    const last = Math.min(columns - 1, Math.max(first, Math.ceil(((node.end - range.from) / length) * columns) - 1));
    const paint = isError(node) ? ERROR_PAINT : (PAINT.get(node.row.step) ?? STEP_ORDER.length);
    for (let x = first; x <= last; x++) {
      const cell = lane * columns + x;
      if (wins(paint, cells[cell] as number)) cells[cell] = paint;
    }
  });
  return joined(cells, columns, lanes);
}

function wins(paint: number, over: number): boolean {
  if (over === 0 || paint === ERROR_PAINT) return true;
  return over !== ERROR_PAINT && paint < over;
}

function joined(cells: Uint8Array, columns: number, lanes: number): Stretch[] {
  const found: Stretch[] = [];
  for (let lane = 0; lane < lanes; lane++) {
    let open: Stretch | null = null;
    for (let x = 0; x < columns; x++) {
      const paint = cells[lane * columns + x] as number;
      if (open && open.paint === paint) open.width++;
      else if (paint === 0) open = null;
      else {
        open = { lane, x, width: 1, paint };
        found.push(open);
      }
    }
  }
  return found;
}
