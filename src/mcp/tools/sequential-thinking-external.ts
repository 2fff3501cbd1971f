import { z } from "@hono/zod-openapi";
import { thinkExternal } from "../../domain/reasoning/think-external.ts";
import { branchesOf, totalOf } from "../../domain/reasoning/thought.ts";
import { defineTool } from "../tool.ts";
import {
  callOfStep,
  findingOf,
  findingSchema,
  modelArgs,
  sessionOf,
  sessionOutput,
  stepCallOutput,
  synthesisOf,
  synthesisOutput,
  thoughtArgs,
} from "./reasoning-parts.ts";

const STATUSES = ["thinking", "revision", "branch", "complete"] as const;

export const sequentialThinkingExternal = defineTool({
  name: "sequential_thinking_external",
  title: "Sequential thinking with a model",
  description:
    "As sequential_thinking, but another model writes the thoughts: thought is the problem in the first call and guidance in those after it. " +
    "use_llm false keeps your own words for one thought. Give the session_id of the answer with each further thought.",
  scope: "write",
  input: z.object({
    ...thoughtArgs,
    ...modelArgs,
    use_llm: z.boolean().default(true).describe("false = keep the thought as you wrote it; no model is called"),
  }),
  output: z.object({
    thought_number: z.number().int(),
    total_thoughts: z.number().int(),
    next_thought_needed: z.boolean(),
    thought_content: z.string(),
    status: z.enum(STATUSES),
    confidence: z.number().nullable(),
    branches: z.array(z.string()),
    thought_history_length: z.number().int(),
    synthesis_snapshot: synthesisOutput,
    findings: z.array(findingSchema).describe("What the monitors say of this thought"),
    reasoning_hint: z.string().nullable(),
    ...stepCallOutput,
    ...sessionOutput,
  }),
  effects: { changes: true, outside: true },
  async run(ctx, args, call) {
    const { state, step, findings, synthesis } = await thinkExternal(ctx, args, call);
    return {
      thought_number: args.thought_number,
      total_thoughts: totalOf(args),
      next_thought_needed: args.next_thought_needed,
      thought_content: step.thought,
      status: step.status as (typeof STATUSES)[number],
      confidence: step.confidence ?? null,
      branches: branchesOf(state),
      thought_history_length: state.steps.length,
      synthesis_snapshot: synthesisOf(synthesis),
      findings: findings.map(findingOf),
      reasoning_hint: args.next_thought_needed ? hint(findings.length > 0, args.thought_number, state.id) : null,
      ...callOfStep(step),
      ...sessionOf(state, call.origin),
    };
  },
  text({ thought_content, findings, reasoning_hint, model_used, url }) {
    const told = findings.map(({ monitor, reason }) => `${monitor}: ${reason}`);
    const foot = `(${model_used ?? "kept as written"}; ${url})`;
    return [thought_content, ...told, ...(reasoning_hint === null ? [] : [reasoning_hint]), foot].join("\n\n");
  },
});

function hint(flagged: boolean, number: number, session: string): string {
  const how = flagged ? "A monitor spoke: revise, branch off or ask for something else." : "Say where to look next.";
  return `Next: thought_number ${number + 1} with session_id ${session}. ${how}`;
}
