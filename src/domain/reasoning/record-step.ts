import type { Ctx } from "../../context.ts";
import { MONITORS, type Monitor } from "../monitors/finding.ts";
import type { NewEvent } from "../runs/append-events.ts";
import { type FindingData, monitorFlagged, type StepData, stepTaken } from "./events.ts";
import { sessionFinished } from "./finish.ts";
import { monitorSteps } from "./monitor.ts";
import type { OpenSession } from "./open.ts";
import { record } from "./record.ts";

/** A step that is new, with the name of the call that made it. */
export type NewStep = StepData & { call: string };

interface With {
  /** What belongs to the step, such as its synthesis. */
  events?: readonly NewEvent[];
  /** Monitors that may speak; all if left out. */
  monitors?: readonly Monitor[];
  /** What the turn came to, if this step ends it; the thought if left out. */
  result?: string;
}

/**
 * Records a step with what the monitors say of it, and the end of the turn if it is the last. One append, so that all of it is
 * kept or none: a call that is sent again finds no half of a step.
 * @returns what the monitors say
 * @throws AppError `run_full`, `unavailable`
 */
export async function recordStep(
  ctx: Ctx,
  session: OpenSession,
  step: NewStep,
  { events = [], monitors = MONITORS, result = step.thought }: With = {},
): Promise<FindingData[]> {
  const { state, beginning } = session;
  const after = { ...state, steps: [...state.steps, step] };
  const findings = monitorSteps(after).filter(({ monitor }) => monitors.includes(monitor));
  const end = step.next_step_needed === false ? sessionFinished(state, step.call, result) : [];
  const all = [...beginning, stepTaken(step.call, step), ...events, ...findings.map(monitorFlagged), ...end];
  await record(ctx, state, all);
  session.beginning = [];
  return findings;
}
