import { z } from "@hono/zod-openapi";
import { listEvents } from "../../domain/runs/events.ts";
import { getRun } from "../../domain/runs/get.ts";
import { waitForEvents } from "../../domain/runs/wait-for-events.ts";
import type { RunEvent } from "../../events/event.ts";
import type { SpanData } from "../../events/span.ts";
import { idArg } from "../ids.ts";
import { pieceOf } from "../texts.ts";
import { defineTool } from "../tool.ts";

/** Longer than this no client should be kept waiting: many give up after 30 s. */
const MAX_WAIT_SECONDS = 25;

const eventSchema = z.object({
  seq: z.number().int(),
  type: z.string(),
  time: z.string(),
  text: z.string().describe("Its data as JSON, cut; of a span only what it is"),
  cut: z.boolean(),
});

export const tailRun = defineTool({
  name: "tail_run",
  title: "Follow a run",
  description:
    "Events of a run after a seq, oldest first; waits for new ones if there are none yet and wait_seconds is given. " +
    "To follow a run, call it again with after = next_after until status is no longer running. " +
    "after: -20 gives the newest 20.",
  scope: "read",
  input: z.object({
    run_id: idArg,
    after: z.number().int().min(-500).default(0).describe("Seq after which to begin; negative = so many from the end"),
    wait_seconds: z.number().min(0).max(MAX_WAIT_SECONDS).default(0),
    limit: z.number().int().min(1).max(200).default(50),
    max_chars: z.number().int().min(500).max(50_000).default(8_000).describe("Characters of all events together"),
  }),
  output: z.object({
    status: z.string(),
    events: z.array(eventSchema),
    next_after: z.number().int(),
    last_seq: z.number().int(),
  }),
  async run(ctx, { run_id, after, wait_seconds, limit, max_chars }, { signal, progress }) {
    const { last_seq } = await getRun(ctx, run_id);
    const from = after < 0 ? Math.max(0, last_seq + after) : after;
    if (from >= last_seq && wait_seconds > 0) {
      await progress(0, null, `Waiting up to ${wait_seconds} s for an event after ${from}`);
      await waitForEvents(ctx, run_id, from, { ms: wait_seconds * 1000, signal });
    }
    const page = await listEvents(ctx, run_id, { after: from, limit });
    const run = await getRun(ctx, run_id);
    const each = Math.max(200, Math.floor(max_chars / Math.max(1, page.data.length)));
    const events: z.infer<typeof eventSchema>[] = [];
    let chars = 0;
    for (const event of page.data) {
      const told = briefEvent(event, each);
      chars += told.text.length;
      if (events.length > 0 && chars > max_chars) break;
      events.push(told);
    }
    return {
      status: run.stalled ? "stalled" : run.status,
      events,
      next_after: events.at(-1)?.seq ?? from,
      last_seq: page.last_seq,
    };
  },
});

function briefEvent({ seq, type, time, data }: RunEvent, most: number): z.infer<typeof eventSchema> {
  const { text, next_offset } = pieceOf(
    JSON.stringify(type.startsWith("SPAN") ? briefSpan(data as SpanData) : data),
    0,
    most,
  );
  return { seq, type, time, text, cut: next_offset !== null };
}

function briefSpan({ span_id, parent_span_id, name, facts, status }: SpanData) {
  const { step, model, tool_name, error, usage } = facts;
  return {
    span_id,
    parent_span_id,
    name,
    step,
    model,
    tool_name,
    usage,
    status: error === undefined ? status.code : "error",
    error,
  };
}
