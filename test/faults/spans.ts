import type { Request } from "./input.ts";
import type { Random } from "./random.ts";

/** A request of plain spans for one run. */
export function spansRequest(random: Random, run: string, count: number): Request {
  const now = String(BigInt(Date.now()) * 1_000_000n);
  const spans = Array.from({ length: count }, () => ({
    traceId: run,
    spanId: random.hex(8),
    name: "step",
    startTimeUnixNano: now,
    endTimeUnixNano: now,
  }));
  return {
    path: "/v1/traces",
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
    carries: spans.map(({ spanId }) => ({ run, id: spanId })),
  };
}
