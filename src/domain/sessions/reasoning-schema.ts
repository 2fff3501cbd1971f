import { z } from "@hono/zod-openapi";

const score = z.number().openapi({ description: "0 to 1" });
const step = z.number().int().optional().openapi({ description: "The step that it is about" });
const spanId = z.string().optional().openapi({ description: "The model call, a span of the run" });
const severity = z.enum(["low", "medium", "high"]);

/** Where in which log a row stands. */
const place = {
  seq: z.number().int().openapi({ description: "In the log of its run" }),
  time: z.string().openapi({ format: "date-time" }),
  run_id: z.string(),
};

/** A thought, as `REASONING_STEP` says it. What its writer added stands beside these fields. */
export const reasoningStepSchema = z
  .looseObject({
    ...place,
    step: z.number().int().openapi({ description: "From 1 on" }),
    thought: z.string(),
    tool: z.string().optional(),
    step_type: z.string().optional(),
    status: z.string().optional(),
    model: z.string().optional(),
    span_id: spanId,
    confidence: score.optional(),
    branch_id: z.string().optional(),
    branch_from_step: z.number().int().optional(),
    revises_step: z.number().int().optional(),
    total_steps: z.number().int().optional().openapi({ description: "As many as were thought to be needed" }),
    next_step_needed: z.boolean().optional(),
    duration_ms: z.number().optional(),
    metrics: z.record(z.string(), z.unknown()).optional(),
  })
  .openapi("ReasoningStep");
export type ReasoningStep = z.infer<typeof reasoningStepSchema>;

/** What is understood so far, as `SYNTHESIS_UPDATED` says it. */
export const synthesisSchema = z
  .looseObject({
    ...place,
    version: z.number().int().optional(),
    synthesis: z.string().openapi({ description: "As the model wrote it" }),
    parsed: z
      .looseObject({
        current_understanding: z.string().optional(),
        key_insights: z
          .array(z.looseObject({ insight: z.string(), confidence: score.optional(), step: z.number().optional() }))
          .optional(),
        action_items: z
          .array(z.looseObject({ action: z.string(), priority: z.string().optional(), step: z.number().optional() }))
          .optional(),
        confidence: score.optional(),
        clarity: score.optional(),
      })
      .optional(),
    step,
  })
  .openapi("Synthesis");
export type Synthesis = z.infer<typeof synthesisSchema>;

/** What was found of the thinking: a bias that a model sees in a step, or what a monitor counts. */
export const findingSchema = z
  .union([
    z.looseObject({
      ...place,
      kind: z.literal("bias"),
      bias: z.string(),
      severity: score.optional(),
      level: z.enum(["none", ...severity.options, "critical"]).optional(),
      confidence: score.optional(),
      step,
      explanation: z.string().optional(),
      suggestion: z.string().optional(),
      model: z.string().optional(),
      span_id: spanId,
    }),
    z.looseObject({
      ...place,
      kind: z.literal("monitor"),
      monitor: z.string().openapi({ example: "circular" }),
      reason: z.string(),
      severity: severity.optional(),
      score: z.number().optional(),
      threshold: z.number().optional(),
      step,
      span_ids: z.array(z.string()).optional(),
    }),
  ])
  .openapi("ReasoningFinding");
export type Finding = z.infer<typeof findingSchema>;
