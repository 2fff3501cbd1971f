import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { RunEvent } from "../../events/event.ts";
import { durationMs, rfc3339 } from "../../events/nano.ts";
import type { SpanData } from "../../events/span.ts";
import { readContent } from "../../otlp/conventions/index.ts";
import { lastSeqOf } from "./get.ts";
import { readLog } from "./read-log.ts";
import type { SpanDetail, SpanRow } from "./schema.ts";

/** All spans of a run in log order, without bodies. @throws AppError `run_not_found` */
export async function listSpans(
  ctx: Ctx,
  runId: string,
): Promise<{ data: SpanRow[]; last_seq: number; next_cursor: null }> {
  requireScope(ctx, "read");
  const lastSeq = await lastSeqOf(ctx, runId);
  const data: SpanRow[] = [];
  for await (const events of readLog(ctx.env, ctx.projectId, runId, 0)) {
    for (const event of events) if (event.type === "SPAN") data.push(spanRow(event));
  }
  return { data, last_seq: Math.max(lastSeq, data.at(-1)?.seq ?? 0), next_cursor: null };
}

/**
 * One span with its bodies.
 * @param seq where the span lies in the log, if the caller knows it: spares reading what lies before
 * @throws AppError `run_not_found`, `span_not_found`
 */
export async function getSpan(ctx: Ctx, runId: string, spanId: string, seq: number | undefined): Promise<SpanDetail> {
  requireScope(ctx, "read");
  const wanted = spanId.toLowerCase();
  for (const after of seq === undefined ? [0] : [seq - 1, 0]) {
    for await (const events of readLog(ctx.env, ctx.projectId, runId, after)) {
      const found = events.find((event) => event.type === "SPAN" && event.id === wanted);
      if (found) return spanDetail(found);
      // With the seq given the first batch holds the span; if not, the seq was wrong and the whole log is searched.
      if (seq !== undefined && after > 0) break;
    }
  }
  await lastSeqOf(ctx, runId);
  throw new AppError("span_not_found", `Run ${runId} has no span ${spanId.slice(0, 64)}. It may not have arrived yet.`);
}

function spanRow(event: RunEvent): SpanRow {
  const span = event.data as SpanData;
  const { facts } = span;
  return {
    seq: event.seq,
    span_id: span.span_id,
    parent_span_id: span.parent_span_id,
    name: span.name,
    kind: span.kind,
    step: facts.step,
    status: facts.error !== undefined ? "error" : span.status.code,
    status_message: facts.error ?? span.status.message ?? null,
    service: typeof span.resource["service.name"] === "string" ? span.resource["service.name"] : null,
    started_at: rfc3339(span.start_time_unix_nano),
    ended_at: rfc3339(span.end_time_unix_nano),
    duration_ms: durationMs(span.start_time_unix_nano, span.end_time_unix_nano),
    model: facts.model ?? null,
    provider: facts.provider ?? null,
    tool_name: facts.tool_name ?? null,
    agent_name: facts.agent_name ?? null,
    input_tokens: facts.usage?.input ?? null,
    cached_input_tokens: facts.usage?.cached ?? null,
    output_tokens: facts.usage?.output ?? null,
    reasoning_tokens: facts.usage?.reasoning ?? null,
    event_count: span.events.length,
  };
}

function spanDetail(event: RunEvent): SpanDetail {
  const span = event.data as SpanData;
  const { input, output } = readContent(span, span);
  return {
    ...spanRow(event),
    trace_id: span.trace_id,
    input,
    output,
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
