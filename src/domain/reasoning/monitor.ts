import type { Finding } from "../monitors/finding.ts";
import { judge } from "../monitors/judge.ts";
import type { SessionState } from "./state.ts";

/** Steps that are no thinking of their own: what was asked, and what a verifier says of a step. */
const ABOUT: ReadonlySet<string> = new Set(["query", "guidance", "bias_analysis"]);

/** The monitors' verdict on a session up to its newest step: what they have not said of it before. */
export function monitorSteps(state: SessionState): Finding[] {
  // Every turn asks: what a later one asks for is no drift.
  const asked = [state.question, ...state.steps.flatMap(({ prompt }) => prompt ?? [])];
  const revised = new Set(state.steps.flatMap(({ revises_step }) => revises_step ?? []));
  const steps = state.steps
    .filter(({ step, revises_step }) => revises_step !== undefined || !revised.has(step))
    .filter(({ step_type }) => !ABOUT.has(step_type ?? ""))
    .map(({ thought, step, span_id }) => ({ text: thought, step, ...(span_id === undefined ? {} : { span_id }) }));
  const told = new Set(state.findings.map(({ sign }) => sign));
  return judge(steps, [...new Set(asked)].join("\n")).filter(({ sign }) => !told.has(sign));
}
