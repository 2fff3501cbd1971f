import { emptyDelta, foldSpans } from "../../src/domain/projection/fold.ts";
import { type CallSums, sumCalls } from "../../src/domain/projection/merge.ts";
import { previewsOf } from "../../src/domain/projection/previews.ts";
import type { RunDelta } from "../../src/events/delta.ts";
import { linkOf } from "../../src/events/links.ts";
import type { SpanFacts } from "../../src/events/span.ts";
import { readFacts } from "../../src/otlp/conventions/index.ts";
import { decodeTraces } from "../../src/otlp/decode/index.ts";
import { encode } from "./send.ts";
import type { Run } from "./spans.ts";

/** A run as the server will understand it. */
export function understood(run: Run): { delta: RunDelta; sums: CallSums; facts: SpanFacts[] } {
  const spans = run.timeline.flatMap((batch) => batch.spans);
  const body = new TextEncoder().encode(JSON.stringify(encode(spans, 1_767_225_600_000)));
  const { groups } = decodeTraces("json", body);
  const items = groups.flatMap(({ context, spans: own }) =>
    own.map((span) => ({ span: { ...span, facts: readFacts(span, context) }, context })),
  );
  const delta = foldSpans(emptyDelta("trace"), items, ({ span, context }) => previewsOf(span, context));
  const sums = sumCalls(delta.calls, [items.map(({ span }) => linkOf(span)).join("")]);
  return { delta, sums, facts: items.map(({ span }) => span.facts) };
}
