import { createHash, randomBytes } from "node:crypto";
import { LIMITS } from "../../../durable-objects/run-log/limits.ts";
import type { Ctx } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { RunKind, StoredEvent } from "../../events/event.ts";
import { linkOfEvent } from "../../events/links.ts";
import { isTraceId, kindOfId } from "../../events/log-name.ts";
import { type Nano, nanoFromMs, parseRfc3339 } from "../../events/nano.ts";
import { encodePart } from "../../events/part.ts";
import type { Span, SpanContext, SpanFacts } from "../../events/span.ts";
import { readFacts } from "../../otlp/conventions/index.ts";
import { pricedFacts } from "../ingest/parts.ts";
import { RUN_IS_FULL } from "../ingest/rejection.ts";
import { loadPrices } from "../prices/load.ts";
import { emptyDelta, foldSpans } from "../projection/fold.ts";
import { foldPlainEvent } from "../projection/fold-event.ts";
import { previewsOf } from "../projection/previews.ts";
import { carriesText } from "../search/carries-text.ts";
import { textOfNew } from "../search/text.ts";
import { appendParts, type NewPart } from "./append.ts";
import { checkData, EVENT_VERSION, type SentSpan } from "./event-types.ts";

/** An event as an application sends it. */
export interface NewEvent {
  /** The sender's own; the same id again in one run is the same event. */
  id?: string | undefined;
  type: string;
  /** RFC 3339; now if left out. */
  time?: string | undefined;
  data: unknown;
}

/** Where the new events lie in their run's log; null if the log had all of them. */
export interface Appended {
  first_seq: number | null;
  last_seq: number | null;
  /** Events that the log had already. */
  skipped: number;
  /** Says that the end is near, once the run is large. */
  warning?: string;
}

/** Events of one request: one part, so that all of them are taken or none. */
export const MAX_EVENTS = 500;

/**
 * Appends events to a run's log, all or none; a run that does not exist begins with them.
 * @param options.key a request's own name: the same again has no second effect. options.kind of a run that begins.
 *   options.ahead how many of the first events the caller did not send: places in errors count without them
 * @throws AppError `unprocessable` with the place of each event that does not fit its type; `run_full`; `unavailable`
 */
export async function appendEvents(
  ctx: Ctx,
  runId: string,
  sent: readonly NewEvent[],
  options: { key?: string | undefined; kind?: RunKind | undefined; ahead?: number } = {},
): Promise<Appended> {
  const part = await newPart(ctx, runId, sent, options);
  const [result] = await appendParts(ctx, [part]);
  if (!result)
    throw new AppError("unavailable", "The log did not answer. Send the same request again.", { retryAfter: 1 });
  if (result.refused > 0) {
    throw new AppError(
      "run_full",
      `Nothing was stored: ${RUN_IS_FULL}. Begin another run, with this one as its parent.`,
    );
  }
  const { firstSeq, lastSeq, skipped } = result;
  return {
    first_seq: firstSeq === 0 ? null : firstSeq,
    last_seq: lastSeq === 0 ? null : lastSeq,
    skipped,
    ...warningOf(lastSeq),
  };
}

/** The part that events make; parameters and errors as of appendEvents, for whoever appends to many runs at once. */
export async function newPart(
  { env, projectId }: Pick<Ctx, "env" | "projectId">,
  runId: string,
  sent: readonly NewEvent[],
  options: { key?: string | undefined; kind?: RunKind | undefined; ahead?: number } = {},
): Promise<NewPart> {
  const checked = check(runId, sent, options.ahead ?? 0);
  const [prices, search] = await Promise.all([loadPrices(env, projectId), carriesText(env, projectId)]);
  const facts = (span: Span, context: SpanContext) => pricedFacts(span, context, prices);
  return partOf(runId, options.kind ?? kindOfId(runId), checked, facts, search, options.key);
}

function warningOf(lastSeq: number): Pick<Appended, "warning"> {
  if (lastSeq < LIMITS.warnEvents) return {};
  return { warning: `The run has ${lastSeq} events; at ${LIMITS.runEvents} it takes no more.` };
}

interface CheckedEvent {
  id: string | undefined;
  type: string;
  time: Nano;
  data: { [field: string]: unknown };
}

function check(runId: string, sent: readonly NewEvent[], ahead: number): CheckedEvent[] {
  const now = nanoFromMs(Date.now());
  const problems: { index: number; problem: string }[] = [];
  const events = sent.map(({ id, type, time, data }, place): CheckedEvent => {
    const index = place - ahead;
    const checked = checkData(type, data, { threadId: runId, runId });
    const at = time === undefined ? now : parseRfc3339(time);
    if ("problem" in checked) problems.push({ index, problem: checked.problem });
    else if (at === null) problems.push({ index, problem: `time must be RFC 3339, not "${time?.slice(0, 40)}"` });
    return { id, type, time: at ?? now, data: "data" in checked ? checked.data : {} };
  });
  if (problems.length === 0) return events;
  const first = problems[0];
  throw new AppError(
    "unprocessable",
    `${problems.length} of ${sent.length - ahead} events do not fit their types; none was stored. The first: events[${first?.index}], ${first?.problem}.`,
    { details: problems.slice(0, 20) },
  );
}

function partOf(
  runId: string,
  kind: RunKind,
  events: readonly CheckedEvent[],
  factsOf: (span: Span, context: SpanContext) => SpanFacts,
  search: boolean,
  key: string | undefined,
): NewPart {
  const contexts: SpanContext[] = [];
  const stored: StoredEvent[] = [];
  const delta = emptyDelta(kind);
  for (const event of events) {
    if (event.type === "SPAN" || event.type === "SPAN_STARTED") {
      const { span, context } = spanOf(runId, event.data as SentSpan);
      const ctx = contexts.push(context) - 1;
      const facts = event.type === "SPAN" ? factsOf(span, context) : readFacts(span, context);
      stored.push({ ...head(event, span.span_id), time: span.start_time_unix_nano, data: { ...span, ctx, facts } });
      if (event.type === "SPAN") {
        foldSpans(delta, [{ span: { ...span, facts }, context }], () => previewsOf(span, context));
        continue;
      }
    } else {
      stored.push({ ...head(event, event.id), time: event.time, data: event.data });
    }
    foldPlainEvent(delta, { ...event, time: stored.at(-1)?.time ?? event.time });
  }
  const links = stored.map(linkOfEvent).join("");
  const { json, batchId } = encodePart(contexts, stored);
  // Two equal requests are two, unless something in them says that they are one.
  const named = events.every((event) => event.id !== undefined || event.type.startsWith("SPAN"));
  const batch = key !== undefined ? hash22(key) : named ? batchId : randomBytes(16).toString("base64url");
  return {
    run: runId,
    batchId: batch,
    count: events.length,
    links,
    json,
    delta: JSON.stringify(delta),
    ...(search ? { text: textOfNew(contexts, stored) } : {}),
    // What is said about a run has no time in it. The run may be long gone from the log's memory, so that it has to be asked for.
    started: delta.about_count === delta.event_count ? "1" : delta.started,
  };
}

function head({ type }: CheckedEvent, id: string | undefined): Pick<StoredEvent, "id" | "type" | "v"> {
  return { ...(id === undefined ? {} : { id }), type, v: EVENT_VERSION };
}

function spanOf(runId: string, data: SentSpan): { span: Span; context: SpanContext } {
  const { resource, scope, trace_id, end_time_unix_nano, status, ...rest } = data;
  const span = {
    ...rest,
    trace_id: trace_id ?? (isTraceId(runId) ? runId : createHash("sha256").update(runId).digest("hex").slice(0, 32)),
    // A span that has not ended.
    end_time_unix_nano: end_time_unix_nano ?? "0",
    status: status.message === undefined ? { code: status.code } : { code: status.code, message: status.message },
  } as Span;
  return { span, context: { resource, scope } as SpanContext };
}

function hash22(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}
