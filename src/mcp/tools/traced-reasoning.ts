import { z } from "@hono/zod-openapi";
import type { Monitor } from "../../domain/monitors/finding.ts";
import { branchesOf, totalOf } from "../../domain/reasoning/thought.ts";
import { STEP_TYPES, type StepType, trace } from "../../domain/reasoning/trace.ts";
import { defineTool } from "../tool.ts";
import {
  callOfStep,
  fileArgs,
  filesOf,
  filesOutput,
  modelArgs,
  sessionOf,
  sessionOutput,
  stepCallOutput,
  synthesisOf,
  synthesisOutput,
  thoughtArgs,
} from "./reasoning-parts.ts";

/** What Lux calls the findings of our monitors. */
const INTERVENTIONS: { [monitor in Monitor]: string } = {
  drift: "semantic_drift",
  circular: "circular_reasoning",
  quality: "quality_drop",
};

const STATUSES = ["thinking", "intervention_needed", "conclusion_reached"] as const;

const guard = z.boolean().default(true);

export const tracedReasoning = defineTool({
  name: "traced_reasoning",
  title: "Traced reasoning",
  description:
    "Has another model reason through a question one step a call, and keeps every step, its synthesis and what monitors find (circles, drift, loss of quality) as a session that people can watch. " +
    "thought is the question in the first call and guidance in those after it; give the session_id of the answer with each, and next_thought_needed false with the last. " +
    "For your own thoughts use sequential_thinking, for one answer confer, to have the reasoning checked for bias biased_reasoning.",
  scope: "write",
  input: z.object({
    ...thoughtArgs,
    ...modelArgs,
    guardrails: z
      .strictObject({ semantic_drift_check: guard, circular_reasoning_detection: guard, perplexity_monitoring: guard })
      .optional()
      .describe("Monitors that may speak; perplexity_monitoring stands for the monitor of quality"),
    ...fileArgs,
  }),
  output: z.object({
    status: z.enum(STATUSES),
    thought_number: z.number().int(),
    total_thoughts: z.number().int(),
    next_thought_needed: z.boolean(),
    thought_content: z.string(),
    thought_type: z.enum(STEP_TYPES),
    confidence: z.number().nullable().describe("Of the model in its step, 0 to 1"),
    interventions: z.array(
      z.object({
        intervention_type: z.string(),
        description: z.string(),
        severity: z.string(),
        step: z.number().int().nullable(),
      }),
    ),
    synthesis_snapshot: synthesisOutput,
    final_answer: z.string().nullable(),
    next_steps: z.string(),
    overall_metrics: z.object({
      total_steps: z.number().int(),
      average_confidence: z.number().nullable(),
      interventions_count: z.number().int(),
    }),
    branches: z.array(z.string()),
    ...stepCallOutput,
    ...filesOutput,
    ...sessionOutput,
  }),
  effects: { changes: true, outside: true },
  async run(ctx, args, call) {
    const { state, step, findings, synthesis, files } = await trace(ctx, args, call);
    const last = !args.next_thought_needed;
    const sure = state.steps.flatMap(({ confidence }) => confidence ?? []);
    return {
      status: statusOf(last, findings.length > 0),
      thought_number: args.thought_number,
      total_thoughts: totalOf(args),
      next_thought_needed: args.next_thought_needed,
      thought_content: step.thought,
      thought_type: step.step_type as StepType,
      confidence: step.confidence ?? null,
      interventions: findings.map(({ monitor, reason, severity, step: at }) => ({
        intervention_type: INTERVENTIONS[monitor as Monitor] ?? monitor,
        description: reason,
        severity: severity ?? "low",
        step: at ?? null,
      })),
      synthesis_snapshot: synthesisOf(synthesis),
      final_answer: last ? step.thought : null,
      next_steps: nextSteps(last, findings.length > 0, args.thought_number, state.id),
      overall_metrics: {
        total_steps: state.steps.length,
        average_confidence: sure.length === 0 ? null : sure.reduce((sum, one) => sum + one, 0) / sure.length,
        interventions_count: state.findings.length,
      },
      branches: branchesOf(state),
      ...callOfStep(step),
      ...filesOf(files),
      ...sessionOf(state, call.origin),
    };
  },
  text({ thought_content, interventions, notes, next_steps, thought_type, thought_number, model_used, url }) {
    const told = interventions.map(({ intervention_type, description }) => `${intervention_type}: ${description}`);
    const foot = `(${thought_type}, thought ${thought_number}, ${model_used}; ${url})`;
    return [thought_content, ...told, ...notes, next_steps, foot].join("\n\n");
  },
});

function statusOf(last: boolean, intervened: boolean): (typeof STATUSES)[number] {
  if (last) return "conclusion_reached";
  return intervened ? "intervention_needed" : "thinking";
}

function nextSteps(last: boolean, intervened: boolean, number: number, session: string): string {
  if (last) return `The session is complete. To go on with it, send another thought with session_id ${session}.`;
  const how = intervened
    ? "A monitor spoke: revise a thought (is_revision, revises_thought), branch off, or give guidance that leads on."
    : "Give guidance as thought, or say to go on.";
  return `Call traced_reasoning with thought_number ${number + 1} and session_id ${session}. ${how} Set next_thought_needed to false for the conclusion.`;
}
