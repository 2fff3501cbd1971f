import { type Ctx, requireScope } from "../../context.ts";
import { MONITORS, type Monitor } from "../monitors/finding.ts";
import { callName } from "./call-name.ts";
import { openSession } from "./open.ts";
import { answerForm, joined, MATERIAL } from "./prompt.ts";
import { type Stepped, stepByModel, steppedBefore } from "./step-by-model.ts";
import { type FileArgs, type Files, readFiles } from "./text-artifacts.ts";
import { placeOf, stepOfCall, type ThoughtArgs } from "./thought.ts";
import { transcript } from "./transcript.ts";
import type { Waiting } from "./waiting.ts";

export const STEP_TYPES = ["initial", "exploration", "analysis", "synthesis", "validation", "conclusion"] as const;
export type StepType = (typeof STEP_TYPES)[number];

/** Which monitors may speak, by the names of Lux; all do unless told otherwise. */
export interface Guardrails {
  semantic_drift_check?: boolean | undefined;
  circular_reasoning_detection?: boolean | undefined;
  perplexity_monitoring?: boolean | undefined;
}

export interface TraceArgs extends ThoughtArgs, FileArgs {
  model?: string | undefined;
  temperature?: number | undefined;
  guardrails?: Guardrails | undefined;
}

export interface Traced extends Stepped {
  files: Files;
}

const SYSTEM = `You reason through a question one step at a time, and take exactly one step now. Build on the steps before it; say what is uncertain, and what would change your mind.
${MATERIAL}

${answerForm([`"step_type": "${STEP_TYPES.join("|")}"`])}`;

/**
 * One step of a model's reasoning, watched by the monitors. The same call again is the same step.
 * @throws AppError of the model's; `session_not_found`, `artifact_not_found`, `unprocessable`, `run_full`, `unavailable`
 */
export async function trace(ctx: Ctx, args: TraceArgs, waiting: Waiting): Promise<Traced> {
  requireScope(ctx, "write");
  const [session, files] = await Promise.all([
    openSession(ctx, "traced_reasoning", args, args.thought),
    readFiles(ctx, args),
  ]);
  const { state } = session;
  const { session_id: _, continuation_id: __, ...step } = args;
  const call = callName(session.tool, step);
  const known = stepOfCall(session, call);
  if (known) return { ...steppedBefore(state, known), files };
  const place = placeOf(state, args);
  const content = joined(files, transcript(state), taskOf(args));
  const order = {
    call,
    place,
    said: args.thought,
    model: { name: args.model, otherwise: "reasoning" as const },
    request: {
      system: SYSTEM,
      messages: [{ role: "user" as const, content }],
      temperature: args.temperature,
    },
    monitors: watching(args.guardrails),
    read: ({ json }: { json: { [field: string]: unknown } | null }) => ({
      step_type: typeOf(json?.step_type, args, state.steps.length === 0),
      status: args.next_thought_needed ? "thinking" : "conclusion_reached",
    }),
  };
  return { ...(await stepByModel(ctx, session, order, waiting)), files };
}

/** What the model is to do now. Also of the tools whose thoughts come in the same form. */
export function taskOf(args: ThoughtArgs): string {
  const { thought, thought_number, total_thoughts, revises_thought, branch_from_thought, branch_id } = args;
  const task = args.next_thought_needed
    ? `Take step ${thought_number} of about ${total_thoughts}.`
    : `Take step ${thought_number}, which is the last: conclude, and answer the question.`;
  const revision =
    revises_thought === undefined
      ? args.is_revision
        ? " It revises what came before: say what was wrong, and put it right."
        : ""
      : ` It revises step ${revises_thought}: say what was wrong there, and put it right.`;
  const branch =
    branch_from_thought === undefined
      ? ""
      : ` It branches off at step ${branch_from_thought}${branch_id === undefined ? "" : ` ("${branch_id}")`}: leave aside what came after that step, and try another way.`;
  return `${task}${revision}${branch}\n\n<asked>\n${thought}\n</asked>`;
}

function watching(guardrails: Guardrails = {}): Monitor[] {
  const off: { [monitor in Monitor]: boolean | undefined } = {
    drift: guardrails.semantic_drift_check,
    circular: guardrails.circular_reasoning_detection,
    quality: guardrails.perplexity_monitoring,
  };
  return MONITORS.filter((monitor) => off[monitor] !== false);
}

function typeOf(said: unknown, { next_thought_needed }: TraceArgs, first: boolean): StepType {
  if (!next_thought_needed) return "conclusion";
  const known = STEP_TYPES.find((type) => type === said);
  return known ?? (first ? "initial" : "analysis");
}
