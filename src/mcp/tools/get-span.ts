import { z } from "@hono/zod-openapi";
import { getSpan as readSpan } from "../../domain/runs/spans.ts";
import { idArg } from "../ids.ts";
import { messagesText, pieceOf } from "../texts.ts";
import { defineTool } from "../tool.ts";

const piece = z.object({ text: z.string(), chars: z.number().int(), next_offset: z.number().int().nullable() });
const PARTS = ["input", "output", "attributes", "events"] as const;

export const getSpan = defineTool({
  name: "get_span",
  title: "Read a span",
  description:
    "One span of a run (a model call, a tool call, a step): its facts, and its input, output, attributes and events as text. " +
    "Long texts are cut: ask again with part and offset = next_offset for the rest.",
  scope: "read",
  input: z.object({
    run_id: idArg,
    span_id: idArg.describe("From get_run's outline"),
    part: z.enum(PARTS).optional().describe("Only this; all four if left out"),
    offset: z.number().int().min(0).default(0).describe("Where to begin in the text of that part"),
    max_chars: z.number().int().min(100).max(50_000).default(6_000).describe("Characters in all"),
  }),
  output: z.object({
    span: z.object({
      span_id: z.string(),
      parent_span_id: z.string().nullable(),
      name: z.string(),
      step: z.string(),
      status: z.string(),
      status_message: z.string().nullable(),
      started_at: z.string(),
      duration_ms: z.number().nullable(),
      model: z.string().nullable(),
      provider: z.string().nullable(),
      operation: z.string().nullable(),
      tool_name: z.string().nullable(),
      agent_name: z.string().nullable(),
      input_tokens: z.number().int().nullable(),
      cached_input_tokens: z.number().int().nullable(),
      output_tokens: z.number().int().nullable(),
      reasoning_tokens: z.number().int().nullable(),
      time_to_first_token_ms: z.number().nullable(),
      cost_usd: z.number().nullable(),
      unpriced: z.string().nullable().describe("Why its cost is not known"),
    }),
    input: piece.nullable().optional().describe("null = it has none that is understood"),
    output: piece.nullable().optional(),
    attributes: piece.nullable().optional(),
    events: piece.nullable().optional(),
  }),
  async run(ctx, { run_id, span_id, part, offset, max_chars }) {
    const span = await readSpan(ctx, run_id, span_id, undefined);
    const texts: Record<(typeof PARTS)[number], string | null> = {
      input: messagesText(span.input),
      output: messagesText(span.output),
      attributes: JSON.stringify(span.attributes),
      events: span.events.length === 0 ? null : JSON.stringify(span.events),
    };
    const asked = part ? [part] : PARTS;
    // What is understood as input and output stands in the attributes once more.
    const most = (name: (typeof PARTS)[number]) =>
      part ? max_chars : Math.floor(max_chars * (name === "input" || name === "output" ? 0.4 : 0.1));
    return {
      span: {
        span_id: span.span_id,
        parent_span_id: span.parent_span_id,
        name: span.name,
        step: span.step,
        status: span.status,
        status_message: span.status_message,
        started_at: span.started_at,
        duration_ms: span.duration_ms,
        model: span.model,
        provider: span.provider,
        operation: span.operation,
        tool_name: span.tool_name,
        agent_name: span.agent_name,
        input_tokens: span.input_tokens,
        cached_input_tokens: span.cached_input_tokens,
        output_tokens: span.output_tokens,
        reasoning_tokens: span.reasoning_tokens,
        time_to_first_token_ms: span.time_to_first_token_ms,
        cost_usd: span.cost_usd,
        unpriced: span.unpriced,
      },
      ...Object.fromEntries(
        asked.map((name) => {
          const text = texts[name];
          return [name, text === null ? null : pieceOf(text, part ? offset : 0, most(name))];
        }),
      ),
    };
  },
});
