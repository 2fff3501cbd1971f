import { z } from "@hono/zod-openapi";
import { MAX_VALUES, RUN_SORTS } from "../../domain/runs/filter.ts";
import { listRuns } from "../../domain/runs/list.ts";
import { RUN_KINDS, RUN_STATUSES } from "../../events/event.ts";
import { briefRun, briefRunSchema } from "../brief.ts";
import { defineTool } from "../tool.ts";

const text = z.string().min(1).max(1000);
const anyOf = z.array(text).max(MAX_VALUES);
const amount = z.number().min(0).max(1e9);

const filter = z.strictObject({
  q: text
    .max(500)
    .optional()
    .describe(
      'Full text: words, "a phrase", begin*, -without. Looks at names, inputs, outputs, tool arguments, errors',
    ),
  kind: z.array(z.enum(RUN_KINDS)).max(MAX_VALUES).optional(),
  status: z.array(z.enum(RUN_STATUSES)).max(MAX_VALUES).optional(),
  has_error: z.boolean().optional().describe("A span of it failed, even if the run itself ended well"),
  service: anyOf.optional(),
  environment: anyOf.optional(),
  model: anyOf.optional(),
  provider: anyOf.optional(),
  tool: anyOf.optional(),
  tag: anyOf.optional().describe("All of them must be there"),
  session_id: anyOf.optional(),
  parent_run_id: anyOf.optional(),
  user_id: anyOf.optional(),
  name: anyOf.optional(),
  from: text.optional().describe("RFC 3339, inclusive"),
  to: text.optional().describe("RFC 3339, exclusive"),
  min_cost: amount.optional().describe("US dollars"),
  max_cost: amount.optional().describe("US dollars"),
  min_duration_ms: amount.optional(),
  max_duration_ms: amount.optional(),
});

export const searchRuns = defineTool({
  name: "search_runs",
  title: "Search runs",
  description:
    "Finds runs (agent runs, traces, reasoning sessions) by full text and by their fields, newest first or by cost, duration or tokens. " +
    "Start here. Each result is a summary with the run's id: get_run shows its tree, explain_run says why it was slow or costly.",
  scope: "read",
  input: z.strictObject({
    filter: filter.optional().describe("Several values of a field = any of them; several fields = all of them"),
    sort: z.enum(RUN_SORTS).default("started_at").describe("With q only started_at"),
    order: z.enum(["desc", "asc"]).default("desc"),
    limit: z.number().int().min(1).max(50).default(10),
    cursor: z.string().max(1000).optional().describe("next_cursor of the page before, with the same other arguments"),
  }),
  output: z.object({ runs: z.array(briefRunSchema), next_cursor: z.string().nullable() }),
  async run(ctx, { filter = {}, ...page }, { origin }) {
    const { data, next_cursor } = await listRuns(ctx, { ...filter, ...page });
    return { runs: data.map((run) => briefRun(run, origin)), next_cursor };
  },
});
