import type { StoredEvent } from "../../events/event.ts";
import { encodePart } from "../../events/part.ts";
import type { Span, SpanContext, SpanFacts } from "../../events/span.ts";
import { isBookkeeping, readFacts } from "../../otlp/conventions/index.ts";
import type { SpanGroup } from "../../otlp/model.ts";
import { emptyDelta, foldSpans, linkOf } from "../projection/fold.ts";
import { previewsOf } from "../projection/previews.ts";
import type { NewPart } from "../runs/append.ts";

/** Spans of one part: bounds the JSON that a reader unpacks at once and the summary that lies in a row's head. */
const MAX_SPANS = 500;

/** A span as it goes into the log: what came in, what ingest understood, and where its resource and scope lie. */
type StoredSpan = Span & { ctx: number; facts: SpanFacts };

interface Draft {
  run: string;
  contexts: SpanContext[];
  items: { span: StoredSpan; context: SpanContext }[];
}

/** Groups spans by run and packs each group into parts for the log. */
export function partsOf(groups: readonly SpanGroup[]): NewPart[] {
  const open = new Map<string, Draft>();
  const full: Draft[] = [];
  for (const { context, spans } of groups) {
    for (const span of spans) {
      // A twin that only announces a span is not one; counted along it would double it.
      if (isBookkeeping(span)) continue;
      let draft = open.get(span.trace_id);
      if (draft && draft.items.length >= MAX_SPANS) {
        full.push(draft);
        draft = undefined;
      }
      if (!draft) {
        draft = { run: span.trace_id, contexts: [], items: [] };
        open.set(span.trace_id, draft);
      }
      let ctx = draft.contexts.indexOf(context);
      if (ctx < 0) ctx = draft.contexts.push(context) - 1;
      const stored: StoredSpan = { ...span, ctx, facts: readFacts(span, context) };
      draft.items.push({ span: stored, context });
    }
  }
  return [...full, ...open.values()].map(packPart);
}

function packPart({ run, contexts, items }: Draft): NewPart {
  const events: StoredEvent[] = [];
  let links = "";
  for (const { span } of items) {
    events.push({ id: span.span_id, type: "SPAN", time: span.start_time_unix_nano, v: 1, data: span });
    links += linkOf(span);
  }
  const delta = foldSpans(emptyDelta("trace"), items, ({ span, context }) => previewsOf(span, context));
  const { json, batchId } = encodePart(contexts, events);
  return {
    run,
    batchId,
    count: items.length,
    links,
    json,
    delta: JSON.stringify(delta),
    started: delta.started,
  };
}
