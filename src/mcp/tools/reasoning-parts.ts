import { z } from "@hono/zod-openapi";
import type { Asked } from "../../domain/reasoning/ask.ts";
import type { BiasCheck } from "../../domain/reasoning/bias-check.ts";
import {
  type FindingData,
  LEVELS,
  type StepData,
  type Synthesis,
  type SynthesisData,
} from "../../domain/reasoning/events.ts";
import type { SessionState } from "../../domain/reasoning/state.ts";
import { type Files, MAX_FILES } from "../../domain/reasoning/text-artifacts.ts";
import { sessionPath } from "../../domain/sessions/path.ts";
import { idArg } from "../ids.ts";

/** Parts of arguments and answers that the reasoning tools share. */

export const thoughtText = z.string().trim().min(1).max(50_000);
export const number = z.number().int().min(1).max(1_000);

export const sessionArgs = {
  session_id: idArg.optional().describe("Goes on with this session; without it a new one begins"),
  continuation_id: idArg.optional().describe("The same as session_id"),
};

export const thoughtArgs = {
  thought: thoughtText,
  thought_number: number.describe("1 for the first"),
  total_thoughts: number.describe("How many you expect; may grow"),
  next_thought_needed: z.boolean().describe("false ends the session's turn"),
  is_revision: z.boolean().optional(),
  revises_thought: number.optional(),
  branch_from_thought: number.optional(),
  branch_id: z.string().min(1).max(100).optional(),
  needs_more_thoughts: z.boolean().optional(),
  ...sessionArgs,
};

export const modelArgs = {
  model: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("mini, normal, reasoning, or provider/model; setup_config lists what is configured"),
  temperature: z.number().min(0).max(2).optional().describe("Left to the model if left out"),
};

export const fileArgs = {
  artifact_ids: z.array(idArg).max(MAX_FILES).optional().describe("Text artifacts of this project, 15 KB of each"),
  file_paths: z
    .array(z.string().max(1_000))
    .max(100)
    .optional()
    .describe("Not read: the server sees none of your files. Upload them and give artifact_ids"),
  include_file_contents: z.boolean().default(true).describe("false = only the artifacts' names"),
};

export const sessionOutput = {
  session_id: z.string(),
  continuation_id: z.string().describe("Give it with the next step"),
  url: z.string().describe("The session's page"),
};

/** What every reasoning tool's answer says of its session. @param origin of the dashboard */
export function sessionOf({ id }: SessionState, origin: string) {
  return { session_id: id, continuation_id: id, url: origin + sessionPath(id) };
}

export const findingSchema = z.object({
  monitor: z.string(),
  reason: z.string(),
  severity: z.string().optional(),
  score: z.number().optional(),
  threshold: z.number().optional(),
  step: z.number().int().optional(),
});

export function findingOf({ monitor, reason, severity, score, threshold, step }: FindingData) {
  return { monitor, reason, severity, score, threshold, step };
}

const tokens = z.number().int().nullable();

export const callOutput = {
  model_used: z.string(),
  span_id: z.string().describe("The model call, for get_span"),
  duration_ms: z.number(),
  input_tokens: tokens,
  output_tokens: tokens,
};

/** What an answer says of the model call that it came from. */
export function callOf(answer: Asked) {
  return {
    model_used: answer.model ?? answer.asked,
    span_id: answer.spanId,
    duration_ms: answer.durationMs,
    input_tokens: answer.usage.input,
    output_tokens: answer.usage.output,
  };
}

export const stepCallOutput = {
  model_used: z.string().nullable().describe("null = no model was called"),
  span_id: z.string().nullable().describe("The model call, for get_span"),
  duration_ms: z.number().nullable(),
  input_tokens: tokens,
  output_tokens: tokens,
};

/** The same of a step, as its log keeps it. */
export function callOfStep({ model, span_id, duration_ms, metrics }: StepData) {
  return {
    model_used: model ?? null,
    span_id: span_id ?? null,
    duration_ms: duration_ms ?? null,
    input_tokens: metrics?.input_tokens ?? null,
    output_tokens: metrics?.output_tokens ?? null,
  };
}

const share = z.number().min(0).max(1);

export const checkOutput = {
  bias_detected: z.boolean(),
  confidence: share.nullable().describe("Of the verifier in its verdict"),
  bias_score: share.describe("0 = none, 1 = severe"),
  severity: z.enum(LEVELS).describe("Of the worst"),
  biases_found: z.array(
    z.object({
      bias_type: z.string(),
      severity: z.enum(LEVELS),
      description: z.string().nullable(),
      suggestion: z.string().nullable(),
      location: z.string().nullable(),
    }),
  ),
  suggestions: z.array(z.string()),
  explanation: z.string().nullable(),
  revision_recommended: z.boolean(),
  alternative_phrasing: z.string().nullable(),
};

/** A verifier's verdict, in the words of Lux. */
export function checkOf(check: BiasCheck) {
  return {
    bias_detected: check.detected,
    confidence: check.confidence,
    bias_score: check.score,
    severity: check.level,
    biases_found: check.biases.map(({ bias, level, explanation, suggestion, location }) => ({
      bias_type: bias,
      severity: level,
      description: explanation ?? null,
      suggestion: suggestion ?? null,
      location: location ?? null,
    })),
    suggestions: check.suggestions,
    explanation: check.explanation,
    revision_recommended: check.revise,
    alternative_phrasing: check.alternative,
  };
}

export const synthesisOutput = z
  .object({
    version: z.number().int(),
    current_understanding: z.string(),
    key_insights: z.array(z.object({ insight: z.string(), confidence: share.optional() })),
    action_items: z.array(z.object({ action: z.string(), priority: z.string().optional() })),
    confidence: share.nullable(),
    clarity: share.nullable(),
  })
  .nullable()
  .describe("What is understood by now; null = the model wrote none that could be read");

/** The newest synthesis, as far as the model kept to its form. */
export function synthesisOf(newest: SynthesisData | null): z.infer<typeof synthesisOutput> {
  const parsed: Synthesis | undefined = newest?.parsed;
  if (!newest || !parsed) return null;
  return {
    version: newest.version,
    current_understanding: parsed.current_understanding,
    key_insights: parsed.key_insights.map(({ insight, confidence }) => ({ insight, confidence })),
    action_items: parsed.action_items.map(({ action, priority }) => ({ action, priority })),
    confidence: parsed.confidence ?? null,
    clarity: parsed.clarity ?? null,
  };
}

export const filesOutput = {
  artifacts_examined: z.array(z.object({ id: z.string(), name: z.string() })),
  notes: z.array(z.string()).describe("What was left out of the files, and how to have it read"),
};

export function filesOf({ examined, notes }: Files) {
  return { artifacts_examined: examined.map(({ id, name }) => ({ id, name })), notes };
}
