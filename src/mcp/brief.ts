import { z } from "@hono/zod-openapi";
import type { Run } from "../domain/runs/schema.ts";

/** A run in as few words as a model needs to choose one: `get_run` has the rest. */
export const briefRunSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  status: z.string(),
  started_at: z.string(),
  duration_ms: z.number().nullable(),
  service: z.string().nullable(),
  session_id: z.string().nullable(),
  user_id: z.string().nullable(),
  models: z.array(z.string()),
  span_count: z.number().int(),
  llm_call_count: z.number().int(),
  error_count: z.number().int(),
  total_tokens: z.number().int().nullable(),
  cost_usd: z.number().nullable().describe("null = not known"),
  input_preview: z.string().nullable(),
  output_preview: z.string().nullable(),
  url: z.string(),
});
export type BriefRun = z.infer<typeof briefRunSchema>;

/** Characters of a preview in a list. */
const PREVIEW_CHARS = 160;

/** @param origin of the dashboard, for the link */
export function briefRun(run: Run, origin: string): BriefRun {
  const { input_tokens, output_tokens } = run;
  const known = input_tokens !== null || output_tokens !== null;
  return {
    id: run.id,
    name: run.name,
    kind: run.kind,
    status: run.stalled ? "stalled" : run.status,
    started_at: run.started_at,
    duration_ms: run.duration_ms,
    service: run.service,
    session_id: run.session_id,
    user_id: run.user_id,
    models: run.models,
    span_count: run.span_count,
    llm_call_count: run.llm_call_count,
    error_count: run.error_count,
    total_tokens: known ? (input_tokens ?? 0) + (output_tokens ?? 0) : null,
    cost_usd: run.cost_usd,
    input_preview: shortened(run.input_preview, PREVIEW_CHARS),
    output_preview: shortened(run.output_preview, PREVIEW_CHARS),
    url: origin + run.url,
  };
}

/** A text of at most so many characters, with a mark where it was cut. */
export function shortened<T extends string | null>(text: T, chars: number): T | string {
  return text === null || text.length <= chars ? text : `${text.slice(0, chars - 1)}…`;
}
