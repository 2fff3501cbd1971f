import { atLeastMedium } from "./bias-check.ts";
import type { Level, StepData } from "./events.ts";

export const BIASED_STEPS = ["query", "reasoning", "bias_analysis", "correction", "guidance", "synthesis"] as const;
export type BiasedStep = (typeof BIASED_STEPS)[number];

export const NEXT_ACTIONS = [
  "bias_check",
  "correction_needed",
  "continue_reasoning",
  "awaiting_guidance",
  "ready_for_synthesis",
  "complete",
] as const;
export type NextAction = (typeof NEXT_ACTIONS)[number];

/** What of a step decides over the next. */
export interface RoundStep {
  type: BiasedStep;
  /** Of a bias analysis: how bad the worst bias is. */
  level?: Level;
}

export function roundSteps(steps: readonly StepData[]): RoundStep[] {
  return steps
    .filter(({ tool }) => tool === "biased_reasoning")
    .map(({ step_type, details }) => {
      const level = details?.level as Level | undefined;
      return { type: step_type as BiasedStep, ...(level === undefined ? {} : { level }) };
    });
}

/**
 * What comes next: reasoning, its check, a correction of what is at least medium, and so on for as many rounds as were asked for;
 * then the synthesis. After a critical bias the host is asked for guidance; it may go on without.
 * @param rounds checks until the synthesis
 */
export function nextAction(steps: readonly RoundStep[], rounds: number): NextAction {
  const guided = steps.at(-1)?.type === "guidance";
  const { last, checks, before } = turnOf(steps);
  const onward = checks.length >= rounds && !guided ? "ready_for_synthesis" : "continue_reasoning";
  switch (last?.type) {
    case undefined:
      return before && !guided ? "complete" : "continue_reasoning";
    case "reasoning":
      return "bias_check";
    case "bias_analysis":
      return atLeastMedium(last.level ?? "none") ? "correction_needed" : onward;
    case "correction":
      return checks.at(-1)?.level === "critical" && !guided ? "awaiting_guidance" : onward;
    default:
      return onward;
  }
}

/** The step that a call takes; null = the turn is complete. Guidance that does not come is not waited for. */
export function nextStep(steps: readonly RoundStep[], rounds: number): BiasedStep | null {
  switch (nextAction(steps, rounds)) {
    case "bias_check":
      return "bias_analysis";
    case "correction_needed":
      return "correction";
    case "continue_reasoning":
      return "reasoning";
    case "ready_for_synthesis":
      return "synthesis";
    case "awaiting_guidance":
      return turnOf(steps).checks.length >= rounds ? "synthesis" : "reasoning";
    case "complete":
      return null;
  }
}

/** The steps since the newest synthesis, guidance aside. */
function turnOf(steps: readonly RoundStep[]) {
  const taken = steps.filter(({ type }) => type !== "guidance");
  const from = taken.findLastIndex(({ type }) => type === "synthesis") + 1;
  const turn = taken.slice(from);
  return { last: turn.at(-1), checks: turn.filter(({ type }) => type === "bias_analysis"), before: from > 0 };
}
