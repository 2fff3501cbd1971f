import { z } from "@hono/zod-openapi";
import {
  BIASED_STEPS,
  type BiasedStep,
  NEXT_ACTIONS,
  type NextAction,
  nextAction,
  roundSteps,
} from "../../domain/reasoning/bias-rounds.ts";
import type { StepData } from "../../domain/reasoning/events.ts";
import { type Biased, reasonBiased } from "../../domain/reasoning/reason-biased.ts";
import { defineTool } from "../tool.ts";
import {
  callOfStep,
  checkOf,
  checkOutput,
  fileArgs,
  filesOf,
  filesOutput,
  modelArgs,
  sessionArgs,
  sessionOf,
  sessionOutput,
  stepCallOutput,
  synthesisOf,
  synthesisOutput,
  thoughtText,
} from "./reasoning-parts.ts";

const count = z.number().int();

export const biasedReasoning = defineTool({
  name: "biased_reasoning",
  title: "Reasoning with a second model that checks it",
  description:
    "One model reasons about the query, a second checks each step for biases, and what is found is corrected: one step a call, then a synthesis. " +
    "Call it again with the session_id of the answer until next_action is complete. Another query in between is guidance. " +
    "To have your own reasoning checked use hybrid_biased_reasoning.",
  scope: "write",
  input: z.object({
    query: thoughtText.describe("The question in the first call; then the same again, or guidance"),
    new_session: z
      .boolean()
      .default(false)
      .describe(
        "Begin anew; otherwise, without session_id, the unfinished session of the same query goes on for 30 minutes",
      ),
    primary_model: modelArgs.model,
    verifier_model: modelArgs.model,
    max_analysis_rounds: z
      .number()
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe("Checks until the synthesis; 3 if left out"),
    ...fileArgs,
    ...sessionArgs,
  }),
  output: z.object({
    step_type: z.enum(BIASED_STEPS),
    step_number: count,
    content: z.string(),
    next_action: z.enum(NEXT_ACTIONS),
    confidence: z.number().nullable(),
    bias_analysis: z.object(checkOutput).nullable(),
    correction_details: z.object({ step: count, original_text: z.string(), corrected_text: z.string() }).nullable(),
    synthesis_snapshot: synthesisOutput,
    session_status: z.object({
      total_steps: count,
      reasoning_steps: count,
      bias_checks: count,
      corrections_made: count,
      max_rounds: count,
      overall_quality: z.number().nullable().describe("1 less the mean bias score of the checks; null = none yet"),
      is_complete: z.boolean(),
    }),
    ...stepCallOutput,
    ...filesOutput,
    ...sessionOutput,
  }),
  effects: { changes: true, outside: true },
  async run(ctx, args, call) {
    const biased = await reasonBiased(ctx, args, call);
    const { state, step, check, original, synthesis, rounds, files } = biased;
    const next = nextAction(roundSteps(state.steps), rounds);
    return {
      step_type: step.step_type as BiasedStep,
      step_number: step.step,
      content: step.thought,
      next_action: next,
      confidence: step.confidence ?? null,
      bias_analysis: check === null ? null : checkOf(check),
      correction_details:
        original === null
          ? null
          : { step: original.step, original_text: original.thought, corrected_text: step.thought },
      synthesis_snapshot: synthesisOf(synthesis),
      session_status: statusOf(biased, next),
      ...callOfStep(step),
      ...filesOf(files),
      ...sessionOf(state, call.origin),
    };
  },
  text({ step_type, step_number, content, next_action, notes, model_used, session_id, url }) {
    const next = next_action === "complete" ? "complete" : `next: ${next_action}, with session_id ${session_id}`;
    const foot = `(${step_type}, step ${step_number}${model_used === null ? "" : `, ${model_used}`}; ${next}; ${url})`;
    return [content, ...notes, foot].join("\n\n");
  },
});

function statusOf({ state, rounds }: Biased, next: NextAction) {
  const of = (type: BiasedStep): StepData[] =>
    state.steps.filter(({ tool, step_type }) => tool === "biased_reasoning" && step_type === type);
  const checks = of("bias_analysis");
  const scores = checks.map(({ metrics }) => metrics?.bias_score ?? 0);
  return {
    total_steps: state.steps.length,
    reasoning_steps: of("reasoning").length,
    bias_checks: checks.length,
    corrections_made: of("correction").length,
    max_rounds: rounds,
    overall_quality: scores.length === 0 ? null : 1 - scores.reduce((sum, score) => sum + score, 0) / scores.length,
    is_complete: next === "complete",
  };
}
