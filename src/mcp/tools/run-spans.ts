import { z } from "@hono/zod-openapi";
import { getRun } from "../../domain/runs/get.ts";
import { spanRowSchema } from "../../domain/runs/schema.ts";
import { listSpans } from "../../domain/runs/spans.ts";
import { waitForEvents } from "../../domain/runs/wait-for-events.ts";
import { FOR_THE_VIEW } from "../app/view.ts";
import { briefRun, briefRunSchema } from "../brief.ts";
import { idArg } from "../ids.ts";
import { defineTool } from "../tool.ts";

/** As in tail_run: longer than this no client should be kept waiting. */
const MAX_WAIT_SECONDS = 25;

export const runSpans = defineTool({
  name: "run_spans",
  title: "Spans for the waterfall",
  description:
    "All spans of a run after a seq, as the waterfall draws them; waits for new ones. For the view that show_run opens: get_run is shorter.",
  scope: "read",
  input: z.object({
    run_id: idArg,
    after: z.number().int().min(0).default(0),
    wait_seconds: z.number().min(0).max(MAX_WAIT_SECONDS).default(0),
  }),
  output: z.object({ run: briefRunSchema, spans: z.array(spanRowSchema), last_seq: z.number().int() }),
  meta: FOR_THE_VIEW,
  async run(ctx, { run_id, after, wait_seconds }, { origin, signal }) {
    const before = await getRun(ctx, run_id);
    if (before.last_seq <= after && before.status === "running" && wait_seconds > 0) {
      await waitForEvents(ctx, run_id, after, { ms: wait_seconds * 1000, signal });
    }
    const { data, last_seq } = await listSpans(ctx, run_id);
    const run = await getRun(ctx, run_id);
    return { run: briefRun(run, origin), spans: data.filter(({ seq }) => seq > after), last_seq };
  },
  text: ({ run, spans }) => `${spans.length} spans of ${run.name} (${run.status})`,
});
