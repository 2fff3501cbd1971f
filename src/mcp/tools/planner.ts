import { z } from "@hono/zod-openapi";
import { type PlanDetails, plan } from "../../domain/reasoning/plan.ts";
import { branchesOf } from "../../domain/reasoning/thought.ts";
import { defineTool } from "../tool.ts";
import {
  callOfStep,
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
  synthesisOf,
  synthesisOutput,
  thoughtText,
} from "./reasoning-parts.ts";

/** A plan of so many steps is a large one: it is worth a pause between its first ones. */
const LARGE_PLAN = 5;
const FIRST_STEPS = 3;

const STATUSES = ["planning", "planning_complete"] as const;

export const planner = defineTool({
  name: "planner",
  title: "Planner",
  description:
    "Has another model plan a task with you, one step a call, with revisions and branches. step is the task in the first call, then what you found or decided. " +
    "Do the mandatory_actions of each answer before the next call; give its session_id with it, and next_step_required false with the last, which writes the whole plan. " +
    "Files: upload them as artifacts (to the session itself, or give artifact_ids).",
  scope: "write",
  input: z.object({
    step: thoughtText.describe("The task in the first call; then what you found or decided"),
    step_number: number.describe("1 for the first"),
    total_steps: number.describe("How many you expect; may grow"),
    next_step_required: z.boolean().describe("false = write the whole plan now"),
    is_step_revision: z.boolean().optional(),
    revises_step_number: number.optional(),
    is_branch_point: z.boolean().optional(),
    branch_from_step: number.optional(),
    branch_id: z.string().min(1).max(100).optional(),
    more_steps_needed: z.boolean().optional(),
    auto_discover_files: z
      .boolean()
      .default(true)
      .describe("Reads the text artifacts that were uploaded to the session; the server sees no other files"),
    use_mini: z.boolean().default(false).describe("The same as model mini: quick and cheap"),
    ...modelArgs,
    ...fileArgs,
    ...sessionArgs,
  }),
  output: z.object({
    status: z.enum(STATUSES),
    step_number: z.number().int(),
    total_steps: z.number().int(),
    next_step_required: z.boolean(),
    step_content: z.string(),
    mandatory_actions: z.array(z.string()).describe("Do these before the next step"),
    recommended_files: z.array(z.string()).describe("What the model would want to see next"),
    files_examined: z.array(z.string()),
    thinking_required: z.boolean().describe("Think through required_thinking before the next step"),
    required_thinking: z.array(z.string()),
    planning_complete: z.boolean(),
    plan_summary: z.string().nullable(),
    next_steps: z.string(),
    confidence: z.number().nullable(),
    synthesis_snapshot: synthesisOutput,
    findings: z.array(findingSchema).describe("What the monitors say of this step"),
    branches: z.array(z.string()),
    step_history_length: z.number().int(),
    ...stepCallOutput,
    ...filesOutput,
    ...sessionOutput,
  }),
  effects: { changes: true, outside: true },
  async run(ctx, args, call) {
    const { state, step, findings, synthesis, files } = await plan(ctx, args, call);
    const { mandatory_actions, recommended_files, required_thinking, files_examined } =
      step.details as unknown as PlanDetails;
    const last = !args.next_step_required;
    const large = args.total_steps >= LARGE_PLAN && args.step_number <= FIRST_STEPS;
    return {
      status: step.status as (typeof STATUSES)[number],
      step_number: args.step_number,
      total_steps: step.total_steps ?? args.total_steps,
      next_step_required: args.next_step_required,
      step_content: step.thought,
      mandatory_actions,
      recommended_files,
      files_examined,
      thinking_required: !last && large && required_thinking.length > 0,
      required_thinking,
      planning_complete: last,
      plan_summary: last ? (synthesis?.parsed?.current_understanding ?? null) : null,
      next_steps: nextSteps(last, mandatory_actions.length, args.step_number, state.id),
      confidence: step.confidence ?? null,
      synthesis_snapshot: synthesisOf(synthesis),
      findings: findings.map(findingOf),
      branches: branchesOf(state),
      step_history_length: state.steps.length,
      ...callOfStep(step),
      ...filesOf(files),
      ...sessionOf(state, call.origin),
    };
  },
  text({ step_content, mandatory_actions, required_thinking, thinking_required, notes, next_steps, model_used, url }) {
    const list = (title: string, items: string[]) => (items.length === 0 ? [] : [[title, ...items].join("\n- ")]);
    return [
      step_content,
      ...list("Before the next step:", mandatory_actions),
      ...(thinking_required ? list("Think through:", required_thinking) : []),
      ...notes,
      next_steps,
      `(${model_used}; ${url})`,
    ].join("\n\n");
  },
});

function nextSteps(last: boolean, actions: number, number: number, session: string): string {
  if (last) return `The plan is complete. To go on with it, send another step with session_id ${session}.`;
  const first = actions === 0 ? "" : "Do the mandatory actions first. ";
  return `${first}Call planner with step_number ${number + 1} and session_id ${session}; as step say what you found or decided. Set next_step_required to false to have the whole plan written.`;
}
