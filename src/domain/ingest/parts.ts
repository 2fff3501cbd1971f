import { createHash } from "node:crypto";
import { type Links, NO_SPAN, type RunDelta } from "../../events/delta.ts";
import type { StoredEvent } from "../../events/event.ts";
import { linkOf, linkOfEvent } from "../../events/links.ts";
import type { LogRecord } from "../../events/log-record.ts";
import { encodePart } from "../../events/part.ts";
import type { Span, SpanContext, SpanFacts } from "../../events/span.ts";
import { isBookkeeping, readFacts } from "../../otlp/conventions/index.ts";
import type { LogGroup, SpanGroup } from "../../otlp/model.ts";
import { carriesMessages } from "../../otlp/records/index.ts";
import type { ProjectPrices } from "../prices/custom.ts";
import { priceCall } from "../prices/price-call.ts";
import { emptyDelta, foldSpans, isCall } from "../projection/fold.ts";
import { addRecord } from "../projection/parts.ts";
import { previewsOf } from "../projection/previews.ts";
import type { NewPart } from "../runs/append.ts";
import { textOfNew } from "../search/text.ts";

/** Events of one part: bounds the JSON that a reader unpacks at once and the summary that lies in a row's head. */
const MAX_EVENTS = 500;

/** A span as it goes into the log: what came in, what ingest understood, and where its resource and scope lie. */
type StoredSpan = Span & { ctx: number; facts: SpanFacts };
type StoredRecord = LogRecord & { ctx: number; trace_id: string; span_id: string };

interface Draft<T> {
  run: string;
  contexts: SpanContext[];
  items: { data: T; context: SpanContext }[];
}

/** Collects what belongs to the same run, no more than a part holds at a time. */
class Drafts<T> {
  readonly #open = new Map<string, Draft<T>>();
  readonly #full: Draft<T>[] = [];

  /** @param make builds the event's data around the index of its context */
  add(run: string, context: SpanContext, make: (ctx: number) => T): void {
    let draft = this.#open.get(run);
    if (draft && draft.items.length >= MAX_EVENTS) {
      this.#full.push(draft);
      draft = undefined;
    }
    if (!draft) {
      draft = { run, contexts: [], items: [] };
      this.#open.set(run, draft);
    }
    let ctx = draft.contexts.indexOf(context);
    if (ctx < 0) ctx = draft.contexts.push(context) - 1;
    draft.items.push({ data: make(ctx), context });
  }

  all(): Draft<T>[] {
    return [...this.#full, ...this.#open.values()];
  }
}

/**
 * Groups spans by run and packs each group into parts for the log. Calls are priced on the way.
 * @param search whether to say by which texts the parts can be found
 */
export function partsOf(groups: readonly SpanGroup[], prices: ProjectPrices, search: boolean): NewPart[] {
  const drafts = new Drafts<StoredSpan>();
  for (const { context, spans } of groups) {
    for (const span of spans) {
      // A twin that only announces a span is not one; counted along it would double it.
      if (isBookkeeping(span)) continue;
      drafts.add(span.trace_id, context, (ctx) => ({ ...span, ctx, facts: pricedFacts(span, context, prices) }));
    }
  }
  return drafts.all().map((draft) => {
    const delta = foldSpans(
      emptyDelta("trace"),
      draft.items.map(({ data, context }) => ({ span: data, context })),
      ({ span, context }) => previewsOf(span, context),
    );
    const events = draft.items.map(({ data }) => eventOf("SPAN", data.span_id, data.start_time_unix_nano, data));
    return packPart(draft, events, draft.items.map(({ data }) => linkOf(data)).join(""), delta, search);
  });
}

/** What a span is, with the cost of the call that it may be. */
export function pricedFacts(span: Span, context: SpanContext, prices: ProjectPrices): SpanFacts {
  const facts = readFacts(span, context);
  if (isCall(facts)) facts.cost = priceCall(facts, span.start_time_unix_nano, prices);
  return facts;
}

/**
 * Groups the log records that carry messages of a span by run and packs each group into parts for the log.
 * @param search as of partsOf
 * @returns the parts, and how many records were none of those
 */
export function recordPartsOf(groups: readonly LogGroup[], search: boolean): { parts: NewPart[]; dropped: number } {
  const drafts = new Drafts<StoredRecord>();
  let dropped = 0;
  for (const { context, records } of groups) {
    for (const record of records) {
      const { trace_id, span_id } = record;
      if (trace_id === null || span_id === null || !carriesMessages(record, context)) dropped++;
      else drafts.add(trace_id, context, (ctx) => ({ ...record, trace_id, span_id, ctx }));
    }
  }
  const parts = drafts.all().map((draft) => {
    const delta = emptyDelta("trace");
    const events: StoredEvent[] = [];
    const seen = new Map<string, number>();
    let links = "";
    for (const { data, context } of draft.items) {
      addRecord(delta, data, context);
      const id = recordId(data, seen);
      const event = eventOf("LOG", id, data.time_unix_nano, data);
      events.push(event);
      links += linkOfEvent(event);
    }
    return packPart(draft, events, links, delta, search);
  });
  return { parts, dropped };
}

/**
 * A record has no id of its own; its content stands for one, so that the log knows it when it comes again in another
 * batch. Equal records of one request are told apart by their order.
 */
function recordId({ ctx: _, ...record }: StoredRecord, seen: Map<string, number>): string {
  const text = JSON.stringify(record);
  const before = seen.get(text) ?? 0;
  seen.set(text, before + 1);
  const id = createHash("sha256").update(`${before} ${text}`).digest("hex").slice(0, 16);
  return id === NO_SPAN ? "0000000000000001" : id;
}

function eventOf(type: string, id: string, time: string, data: unknown): StoredEvent {
  return { id, type, time, v: 1, data };
}

function packPart(
  { run, contexts, items }: Draft<unknown>,
  events: StoredEvent[],
  links: Links,
  delta: RunDelta,
  search: boolean,
): NewPart {
  const { json, batchId } = encodePart(contexts, events);
  return {
    run,
    batchId,
    count: items.length,
    links,
    json,
    delta: JSON.stringify(delta),
    ...(search ? { text: textOfNew(contexts, events) } : {}),
    started: delta.started,
  };
}
