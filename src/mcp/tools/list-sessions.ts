import { z } from "@hono/zod-openapi";
import { listSessions as readSessions } from "../../domain/sessions/list.ts";
import { shortened } from "../brief.ts";
import { defineTool } from "../tool.ts";

/** Characters of what was asked first and answered last. */
const PREVIEW_CHARS = 160;

const sessionSchema = z.object({
  id: z.string(),
  name: z.string(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  run_count: z.number().int(),
  failed_run_count: z.number().int(),
  running_run_count: z.number().int(),
  llm_call_count: z.number().int(),
  input_tokens: z.number().int().nullable(),
  output_tokens: z.number().int().nullable(),
  cost_usd: z.number().nullable().describe("null = the cost of some run is not known"),
  known_cost_usd: z.number().nullable(),
  user_ids: z.array(z.string()),
  models: z.array(z.string()),
  input_preview: z.string().nullable(),
  output_preview: z.string().nullable(),
  url: z.string(),
});

export const listSessions = defineTool({
  name: "list_sessions",
  title: "List sessions",
  description:
    "Sessions (conversations, threads, reasoning sessions: runs that belong together) with their sums, the one with the newest run first. " +
    "search_runs with filter.session_id lists a session's runs.",
  scope: "read",
  input: z.object({
    user_id: z.string().min(1).max(1000).optional(),
    limit: z.number().int().min(1).max(50).default(10),
    cursor: z.string().max(1000).optional().describe("next_cursor of the page before"),
  }),
  output: z.object({ sessions: z.array(sessionSchema), next_cursor: z.string().nullable() }),
  async run(ctx, query, { origin }) {
    const { data, next_cursor } = await readSessions(ctx, query);
    const sessions = data.map((session) => ({
      id: session.id,
      name: session.name,
      started_at: session.started_at,
      ended_at: session.ended_at,
      run_count: session.run_count,
      failed_run_count: session.failed_run_count,
      running_run_count: session.running_run_count,
      llm_call_count: session.llm_call_count,
      input_tokens: session.input_tokens,
      output_tokens: session.output_tokens,
      cost_usd: session.cost_usd,
      known_cost_usd: session.known_cost_usd,
      user_ids: session.user_ids,
      models: session.models,
      input_preview: shortened(session.input_preview, PREVIEW_CHARS),
      output_preview: shortened(session.output_preview, PREVIEW_CHARS),
      url: origin + session.url,
    }));
    return { sessions, next_cursor };
  },
});
