import { logAddress, runLog } from "../../../durable-objects/stubs.ts";
import { readArchiveMarked } from "../../blobs/archive.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { AppError } from "../../errors.ts";
import { recordMark } from "../../events/delta.ts";
import type { RunEvent } from "../../events/event.ts";
import type { LogData } from "../../events/log-record.ts";
import { durationMs, NO_TIME, rfc3339 } from "../../events/nano.ts";
import { decodePart } from "../../events/part.ts";
import type { SpanData } from "../../events/span.ts";
import { readContent } from "../../otlp/conventions/index.ts";
import type { SpanContent } from "../../otlp/model.ts";
import {
  contentOfCall,
  contentOfRecords,
  type RecordInContext,
  speaksThroughParent,
} from "../../otlp/records/index.ts";
import { costBasis } from "../prices/basis.ts";
import { type CallCostRow, loadCosts } from "../projection/store.ts";
import { lastSeqOf } from "./get.ts";
import { readLog } from "./read-log.ts";
import { usdFromNano } from "./run-from-row.ts";
import type { SpanDetail, SpanRow } from "./schema.ts";

/**
 * All spans of a run in log order, those that have not ended too, without bodies.
 * @param see told of each event of the log on the way, for whoever needs more of them than a row
 * @throws AppError `run_not_found`
 */
export async function listSpans(
  ctx: Ctx,
  runId: string,
  see?: (event: RunEvent) => void,
): Promise<{ data: SpanRow[]; last_seq: number; next_cursor: null }> {
  requireScope(ctx, "read");
  const [lastSeq, costs] = await Promise.all([lastSeqOf(ctx, runId), loadCosts(dbOf(ctx), ctx.projectId, runId)]);
  const rows: SpanRow[] = [];
  const ended = new Set<string>();
  const begun = new Set<SpanRow>();
  let last = lastSeq;
  for await (const events of readLog(ctx.env, ctx.projectId, runId, 0)) {
    for (const event of events) {
      last = Math.max(last, event.seq);
      see?.(event);
      if (!isSpan(event)) continue;
      const row = spanRow(event, costs.get(event.id as string));
      rows.push(row);
      if (event.type === "SPAN") ended.add(row.span_id);
      else begun.add(row);
    }
  }
  // Only now it is known which have ended: a span's start may even come in after its end.
  const data = begun.size === 0 ? rows : rows.filter((row) => !begun.has(row) || !ended.has(row.span_id));
  return { data, last_seq: last, next_cursor: null };
}

/**
 * One span with its bodies; as it began, if its end has not come.
 * @param seq where the span lies in the log, if the caller knows it: spares reading what lies before
 * @throws AppError `run_not_found`, `span_not_found`
 */
export async function getSpan(ctx: Ctx, runId: string, spanId: string, seq: number | undefined): Promise<SpanDetail> {
  requireScope(ctx, "read");
  const wanted = spanId.toLowerCase();
  for (const after of seq === undefined ? [0] : [seq - 1, 0]) {
    let begun: RunEvent | undefined;
    for await (const events of readLog(ctx.env, ctx.projectId, runId, after)) {
      const found = events.filter((event) => isSpan(event) && event.id === wanted);
      const whole = found.find((event) => event.type === "SPAN");
      if (whole) return spanDetail(ctx, runId, whole);
      begun ??= found[0];
      // With the seq given the first batch holds the span; if not, the seq was wrong and the whole log is searched.
      if (begun === undefined && seq !== undefined && after > 0) break;
    }
    if (begun) return spanDetail(ctx, runId, begun);
  }
  await lastSeqOf(ctx, runId);
  throw new AppError("span_not_found", `Run ${runId} has no span ${spanId.slice(0, 64)}. It may not have arrived yet.`);
}

function isSpan({ type }: RunEvent): boolean {
  return type === "SPAN" || type === "SPAN_STARTED";
}

function dbOf(ctx: Ctx): D1Database {
  return dbFor(ctx.env, ctx.projectId);
}

/** @param cost what D1 has of the call, which a repricing may have changed since ingest */
function spanRow(event: RunEvent, cost: CallCostRow | undefined): SpanRow {
  const span = event.data as SpanData;
  const { facts, end_time_unix_nano: end } = span;
  const started = event.type === "SPAN_STARTED";
  const ended = started || end === NO_TIME ? null : end;
  return {
    seq: event.seq,
    span_id: span.span_id,
    parent_span_id: span.parent_span_id,
    name: span.name,
    kind: span.kind,
    step: facts.step,
    status: started ? "unset" : facts.error !== undefined ? "error" : span.status.code,
    status_message: started ? null : (facts.error ?? span.status.message ?? null),
    service: typeof span.resource["service.name"] === "string" ? span.resource["service.name"] : null,
    started_at: rfc3339(span.start_time_unix_nano),
    ended_at: ended === null ? null : rfc3339(ended),
    duration_ms: ended === null ? null : durationMs(span.start_time_unix_nano, ended),
    model: facts.model ?? null,
    provider: facts.provider ?? null,
    tool_name: facts.tool_name ?? null,
    agent_name: facts.agent_name ?? null,
    input_tokens: facts.usage?.input ?? null,
    cached_input_tokens: facts.usage?.cached ?? null,
    output_tokens: facts.usage?.output ?? null,
    reasoning_tokens: facts.usage?.reasoning ?? null,
    time_to_first_token_ms: facts.time_to_first_token_ms ?? null,
    ...costFields(span, cost),
    event_count: span.events.length,
  };
}

function costFields({ facts }: SpanData, row: CallCostRow | undefined): Pick<SpanRow, "cost_usd" | "unpriced"> {
  if (row) return { cost_usd: usdFromNano(row.cost_nano_usd), unpriced: row.unpriced };
  const { cost } = facts;
  return { cost_usd: usdFromNano(cost?.nano_usd ?? null), unpriced: cost && "reason" in cost ? cost.reason : null };
}

async function spanDetail(ctx: Ctx, runId: string, event: RunEvent): Promise<SpanDetail> {
  const span = event.data as SpanData;
  const { facts } = span;
  const [costs, said] = await Promise.all([
    loadCosts(dbOf(ctx), ctx.projectId, runId, span.span_id),
    contentInRecords(ctx, runId, span),
  ]);
  const cost = costs.get(span.span_id);
  const version = cost ? cost.price_version : facts.cost && "version" in facts.cost ? facts.cost.version : null;
  const own = readContent(span, span);
  return {
    ...spanRow(event, cost),
    trace_id: span.trace_id,
    operation: facts.operation ?? null,
    cache_write_tokens: facts.usage?.cache_write ?? null,
    price_version: version,
    client_cost_usd: usdFromNano(facts.client_cost_nano_usd ?? null),
    cost_basis: version === null ? null : await costBasis(ctx, facts, span.start_time_unix_nano, version),
    service_tier: facts.service_tier ?? null,
    prompt_name: facts.prompt_name ?? null,
    prompt_version: facts.prompt_version ?? null,
    input: own.input ?? said.input,
    output: own.output ?? said.output,
    attributes: span.attributes,
    resource: span.resource,
    scope: span.scope,
    events: span.events.map((each) => ({
      name: each.name,
      time: rfc3339(each.time_unix_nano),
      attributes: each.attributes,
    })),
    links: span.links,
  };
}

/** The messages of a span that came as log records. */
async function contentInRecords(ctx: Ctx, runId: string, span: SpanData): Promise<SpanContent> {
  const content = contentOfRecords(await recordsOf(ctx, runId, span.span_id));
  const { parent_span_id: parent } = span;
  if (content.output !== null || parent === null || span.facts.step !== "llm" || !speaksThroughParent(span)) {
    return content;
  }
  return contentOfCall(span, await recordsOf(ctx, runId, parent));
}

/** The log records that name a span, wherever in the log they lie. */
async function recordsOf(ctx: Ctx, runId: string, spanId: string): Promise<RecordInContext[]> {
  const mark = recordMark(spanId);
  const [tail, archived] = await Promise.all([
    runLog(ctx.env, logAddress(ctx.env, ctx.projectId, runId)).heldMarked(runId, mark),
    readArchiveMarked(ctx.env, ctx.projectId, runId, mark),
  ]);
  const held = tail.flatMap((part) => decodePart(part.member, part.place, part.firstSeq, part.skip));
  const bySeq = new Map<number, LogData>();
  for (const event of [...archived, ...held]) {
    const data = event.data as LogData;
    if (event.type === "LOG" && data.span_id === spanId) bySeq.set(event.seq, data);
  }
  const inOrder = [...bySeq].sort(([a], [b]) => a - b);
  return inOrder.map(([, data]) => ({ record: data, context: data }));
}
