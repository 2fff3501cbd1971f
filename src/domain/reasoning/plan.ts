import { type Ctx, requireScope } from "../../context.ts";
import { callName } from "./call-name.ts";
import { type SplitAnswer, textsOf } from "./json-answer.ts";
import { openSession } from "./open.ts";
import { answerForm, joined, MATERIAL } from "./prompt.ts";
import { type Stepped, stepByModel, steppedBefore } from "./step-by-model.ts";
import { type FileArgs, type Files, ownTextArtifacts, readFiles } from "./text-artifacts.ts";
import { placeOf, stepOfCall, type ThoughtArgs } from "./thought.ts";
import { taskOf } from "./trace.ts";
import { transcript } from "./transcript.ts";
import type { Waiting } from "./waiting.ts";

export interface PlanArgs extends FileArgs {
  step: string;
  step_number: number;
  total_steps: number;
  next_step_required: boolean;
  is_step_revision?: boolean | undefined;
  revises_step_number?: number | undefined;
  is_branch_point?: boolean | undefined;
  branch_from_step?: number | undefined;
  branch_id?: string | undefined;
  more_steps_needed?: boolean | undefined;
  model?: string | undefined;
  use_mini?: boolean | undefined;
  temperature?: number | undefined;
  /** Whether the session's own text artifacts are read. */
  auto_discover_files?: boolean | undefined;
  session_id?: string | undefined;
  continuation_id?: string | undefined;
}

/** What a step of a plan asks of the host: the `details` of its REASONING_STEP. */
export interface PlanDetails {
  mandatory_actions: string[];
  recommended_files: string[];
  required_thinking: string[];
  files_examined: string[];
}

export interface Planned extends Stepped {
  files: Files;
}

const SYSTEM = `You plan a task for another agent, one step at a time, and write exactly one step of the plan now. Be concrete: name files, functions, commands and how each thing is checked, as far as you were shown them; do not invent what you were not shown.
${MATERIAL}

${answerForm([
  `"mandatory_actions": ["what the agent must do before the next step"]`,
  `"recommended_files": ["what you would need to see for the next step"]`,
  `"required_thinking": ["what the agent should think through before the next step"]`,
])}`;

/**
 * One step of a plan. The same call again is the same step.
 * @throws AppError of the model's; `session_not_found`, `artifact_not_found`, `unprocessable`, `run_full`, `unavailable`
 */
export async function plan(ctx: Ctx, args: PlanArgs, waiting: Waiting): Promise<Planned> {
  requireScope(ctx, "write");
  const session = await openSession(ctx, "planner", args, args.step);
  const { state, beginning } = session;
  const { session_id: _, continuation_id: __, ...said } = args;
  const call = callName(session.tool, said);
  // A new session has no files yet.
  const own = args.auto_discover_files !== false && beginning.length === 0;
  const found = own ? await ownTextArtifacts(ctx, state.id) : [];
  const files = await readFiles(ctx, { ...args, artifact_ids: [...(args.artifact_ids ?? []), ...found] });
  const known = stepOfCall(session, call);
  if (known) return { ...steppedBefore(state, known), files };
  const thought = thoughtOf(args);
  const place = placeOf(state, thought, { revises: "revises_step_number", branches: "branch_from_step" });
  const task = args.next_step_required
    ? taskOf(thought)
    : `${taskOf(thought)}\n\nWrite the whole plan, in the order in which it is to be done.`;
  const order = {
    call,
    place,
    said: args.step,
    model: { name: args.model, otherwise: args.use_mini ? ("mini" as const) : ("reasoning" as const) },
    request: {
      system: SYSTEM,
      messages: [{ role: "user" as const, content: joined(files, transcript(state), task) }],
      temperature: args.temperature,
    },
    read: (answer: SplitAnswer) => ({
      step_type: "plan",
      status: args.next_step_required ? "planning" : "planning_complete",
      details: { ...detailsOf(answer, files) },
    }),
  };
  return { ...(await stepByModel(ctx, session, order, waiting)), files };
}

function detailsOf({ json }: SplitAnswer, files: Files): PlanDetails {
  return {
    mandatory_actions: textsOf(json?.mandatory_actions),
    recommended_files: textsOf(json?.recommended_files),
    required_thinking: textsOf(json?.required_thinking),
    files_examined: files.examined.map(({ name }) => name),
  };
}

function thoughtOf(args: PlanArgs): ThoughtArgs {
  return {
    thought: args.step,
    thought_number: args.step_number,
    total_thoughts: args.total_steps,
    next_thought_needed: args.next_step_required,
    is_revision: args.is_step_revision,
    revises_thought: args.revises_step_number,
    branch_from_thought: args.branch_from_step,
    branch_id: args.branch_id,
    needs_more_thoughts: args.more_steps_needed,
  };
}
