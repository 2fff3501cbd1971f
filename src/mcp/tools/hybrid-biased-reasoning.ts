import { z } from "@hono/zod-openapi";
import { checkBias } from "../../domain/reasoning/check-bias.ts";
import { defineTool } from "../tool.ts";
import {
  callOfStep,
  checkOf,
  checkOutput,
  fileArgs,
  filesOf,
  filesOutput,
  findingOf,
  findingSchema,
  modelArgs,
  number,
  sessionArgs,
  sessionOf,
  sessionOutput,
  stepCallOutput,
  thoughtText,
} from "./reasoning-parts.ts";

export const hybridBiasedReasoning = defineTool({
  name: "hybrid_biased_reasoning",
  title: "Check a step for biases",
  description:
    "You reason, another model checks: give a step of your own reasoning and have it searched for biases, fallacies and unfounded assumptions. " +
    "Give the session_id of the answer with the next step, so that the checker sees those before it. To have another model reason as well, use biased_reasoning.",
  scope: "write",
  input: z.object({
    reasoning_step: thoughtText.describe("Your own"),
    context: z.string().trim().min(1).max(50_000).optional().describe("The question that it is about"),
    step_number: number.optional(),
    previous_steps: z
      .array(z.string().max(20_000))
      .max(50)
      .optional()
      .describe("Shown instead of the session's own steps; not needed with session_id"),
    bias_check_model: modelArgs.model,
    temperature: modelArgs.temperature,
    bias_types: z
      .array(z.string().min(1).max(100))
      .max(20)
      .optional()
      .describe("What to look for; eight kinds if left out"),
    ...fileArgs,
    ...sessionArgs,
  }),
  output: z.object({
    step_number: z.number().int(),
    ...checkOutput,
    findings: z.array(findingSchema).describe("What the monitors say of this step"),
    ...stepCallOutput,
    ...filesOutput,
    ...sessionOutput,
  }),
  effects: { changes: true, outside: true },
  async run(ctx, args, call) {
    const { state, step, check, findings, files } = await checkBias(ctx, args, call);
    return {
      step_number: step.step,
      ...checkOf(check),
      findings: findings.map(findingOf),
      ...callOfStep(step),
      ...filesOf(files),
      ...sessionOf(state, call.origin),
    };
  },
});
