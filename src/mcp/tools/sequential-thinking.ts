import { z } from "@hono/zod-openapi";
import { think } from "../../domain/reasoning/think.ts";
import { branchesOf, totalOf } from "../../domain/reasoning/thought.ts";
import { defineTool } from "../tool.ts";
import { findingOf, findingSchema, sessionOf, sessionOutput, thoughtArgs } from "./reasoning-parts.ts";

export const sequentialThinking = defineTool({
  name: "sequential_thinking",
  title: "Sequential thinking",
  description:
    "Records your own thoughts one by one, with revisions and branches, as a session that people can watch and that outlives this chat. No model is called. " +
    "Begin with thought_number 1 and give the session_id of the answer with each further thought; next_thought_needed false with the last one. " +
    "Monitors say when thoughts go in circles, drift away or get thinner.",
  scope: "write",
  input: z.object(thoughtArgs),
  output: z.object({
    thought_number: z.number().int(),
    total_thoughts: z.number().int(),
    next_thought_needed: z.boolean(),
    status: z.enum(["recorded", "revision", "branch", "complete"]),
    branches: z.array(z.string()),
    thought_history_length: z.number().int(),
    findings: z.array(findingSchema).describe("What the monitors say of this thought"),
    ...sessionOutput,
  }),
  effects: { changes: true },
  async run(ctx, args, { origin }) {
    const { state, status, findings } = await think(ctx, args);
    return {
      thought_number: args.thought_number,
      total_thoughts: totalOf(args),
      next_thought_needed: args.next_thought_needed,
      status,
      branches: branchesOf(state),
      thought_history_length: state.steps.length,
      findings: findings.map(findingOf),
      ...sessionOf(state, origin),
    };
  },
});
