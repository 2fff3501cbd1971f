import { z } from "@hono/zod-openapi";
import { outlineOf } from "../../domain/outline/outline.ts";
import { getRun as readRun } from "../../domain/runs/get.ts";
import { listSpans } from "../../domain/runs/spans.ts";
import { AppError } from "../../errors.ts";
import { briefRun, briefRunSchema, shortened } from "../brief.ts";
import { idArg } from "../ids.ts";
import { defineTool } from "../tool.ts";

/** Characters of what was asked and answered. */
const PREVIEW_CHARS = 600;

export const getRun = defineTool({
  name: "get_run",
  title: "Read a run",
  description:
    "One run: its summary, and its tree of spans as an outline with durations, tokens, cost and errors; each line begins with the span's id. " +
    "Failed spans are always shown. Use focus with a span's id to see what lies below it, get_span for inputs and outputs, " +
    "tail_run for a run of events instead of spans, explain_run for why it was slow, costly or failed.",
  scope: "read",
  input: z.object({
    id: idArg.describe("A run's id, from search_runs"),
    focus: z.string().max(128).optional().describe("A span's id: show only what lies below it"),
    depth: z.number().int().min(1).max(50).default(6).describe("Levels of the tree"),
    max_spans: z.number().int().min(1).max(500).default(60),
  }),
  output: z.object({
    run: briefRunSchema.extend({
      tool_call_count: z.number().int(),
      event_count: z.number().int(),
      last_seq: z.number().int(),
      input_tokens: z.number().int().nullable(),
      cached_input_tokens: z.number().int().nullable(),
      output_tokens: z.number().int().nullable(),
      reasoning_tokens: z.number().int().nullable(),
      known_cost_usd: z.number().nullable().describe("Of the calls whose cost is known"),
      unpriced_call_count: z.number().int(),
      environment: z.string().nullable(),
      version: z.string().nullable(),
      parent_run_id: z.string().nullable(),
      tags: z.array(z.string()),
      tools: z.array(z.string()),
      agents: z.array(z.string()),
      metadata: z.record(z.string(), z.unknown()),
    }),
    outline: z.string(),
    shown_spans: z.number().int(),
    hidden_spans: z.number().int().describe("Left out: ask again with focus, depth or max_spans"),
  }),
  async run(ctx, { id, focus, depth, max_spans }, { origin }) {
    const [run, { data: spans }] = await Promise.all([readRun(ctx, id), listSpans(ctx, id)]);
    if (focus !== undefined && !spans.some(({ span_id }) => span_id === focus)) {
      throw new AppError("span_not_found", `Run ${id} has no span ${focus}. get_run without focus lists its spans.`);
    }
    const { text, shown, hidden } = outlineOf(spans, { focus, depth, most: max_spans });
    const {
      tool_call_count,
      event_count,
      last_seq,
      input_tokens,
      cached_input_tokens,
      output_tokens,
      reasoning_tokens,
    } = run;
    const { known_cost_usd, unpriced_call_count, environment, version, parent_run_id, tags, tools, agents } = run;
    return {
      run: {
        ...briefRun(run, origin),
        input_preview: shortened(run.input_preview, PREVIEW_CHARS),
        output_preview: shortened(run.output_preview, PREVIEW_CHARS),
        tool_call_count,
        event_count,
        last_seq,
        input_tokens,
        cached_input_tokens,
        output_tokens,
        reasoning_tokens,
        known_cost_usd,
        unpriced_call_count,
        environment,
        version,
        parent_run_id,
        tags,
        tools,
        agents,
        metadata: run.metadata,
      },
      outline: text,
      shown_spans: shown,
      hidden_spans: hidden,
    };
  },
  text({ run, outline, hidden_spans }) {
    const more = hidden_spans > 0 ? `\n(${hidden_spans} spans are not shown: use focus, depth or max_spans.)` : "";
    return `${JSON.stringify(run)}\n\n${outline === "" ? "No spans. tail_run shows its events." : outline}${more}`;
  },
});
