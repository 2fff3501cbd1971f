import { AppError } from "../../errors.ts";
import type { StepData } from "./events.ts";
import type { OpenSession, SessionRef } from "./open.ts";
import type { SessionState } from "./state.ts";

/** A thought as the sequential tools take it. */
export interface ThoughtArgs extends SessionRef {
  thought: string;
  thought_number: number;
  total_thoughts: number;
  next_thought_needed: boolean;
  is_revision?: boolean | undefined;
  revises_thought?: number | undefined;
  branch_from_thought?: number | undefined;
  branch_id?: string | undefined;
  needs_more_thoughts?: boolean | undefined;
}

/** How a tool calls the arguments that name other thoughts. */
interface Names {
  revises: string;
  branches: string;
}

const NAMES: Names = { revises: "revises_thought", branches: "branch_from_thought" };

/** How a thought lies among the others: "complete" = the last one, "recorded" = none of the rest. */
export type ThoughtStatus = "complete" | "revision" | "branch" | "recorded";

export function statusOf(args: ThoughtArgs): ThoughtStatus {
  if (!args.next_thought_needed) return "complete";
  if (args.is_revision || args.revises_thought !== undefined) return "revision";
  return args.branch_from_thought === undefined ? "recorded" : "branch";
}

/** Where a step stands among the others. */
export type StepPlace = Pick<
  StepData,
  "step" | "total_steps" | "next_step_needed" | "revises_step" | "branch_from_step" | "branch_id"
>;

/**
 * Where the step stands, as REASONING_STEP says it.
 * @throws AppError `unprocessable` if it revises or branches from a thought that the session does not have
 */
export function placeOf(state: SessionState, args: ThoughtArgs, names = NAMES): StepPlace {
  const { thought_number, revises_thought, branch_from_thought, branch_id } = args;
  requireThought(state, names.revises, revises_thought);
  requireThought(state, names.branches, branch_from_thought);
  return {
    step: thought_number,
    total_steps: totalOf(args),
    next_step_needed: args.next_thought_needed,
    ...(revises_thought === undefined ? {} : { revises_step: revises_thought }),
    ...(branch_from_thought === undefined ? {} : { branch_from_step: branch_from_thought }),
    ...(branch_id === undefined ? {} : { branch_id }),
  };
}

/** How many thoughts there will be: an estimate, which the thoughts may have outgrown. */
export function totalOf({ thought_number, total_thoughts, needs_more_thoughts }: ThoughtArgs): number {
  return Math.max(total_thoughts, needs_more_thoughts ? thought_number + 1 : thought_number);
}

function requireThought({ steps }: SessionState, field: string, number: number | undefined): void {
  if (number === undefined || steps.some(({ step }) => step === number)) return;
  const have =
    steps.length === 0 ? "no thoughts yet" : `the thoughts ${[...new Set(steps.map((s) => s.step))].join(", ")}`;
  throw new AppError("unprocessable", `${field} is ${number}, but the session has ${have}. Nothing was recorded.`);
}

/** The names of a session's branches, in the order in which they began. */
export function branchesOf({ steps }: SessionState): string[] {
  return [...new Set(steps.flatMap(({ branch_id }) => branch_id ?? []))];
}

/** The step that the same call made before, if a client sends it again. */
export function stepOfCall({ state }: OpenSession, call: string): StepData | undefined {
  return state.steps.find((step) => step.call === call);
}
