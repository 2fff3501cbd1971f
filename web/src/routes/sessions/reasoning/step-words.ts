import type { Flag, ReasoningStep } from "./reasoning-api.ts";

/** "branch_analysis" → "branch analysis": what tools write is for machines. */
export function plain(word: string): string {
  return word.replace(/[_-]+/g, " ").trim();
}

/** 0.734 → "73 %". */
export function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

/** "Step 3 of 5"; tools guess how many there will be, and may be wrong. */
export function stepTitle({ step, total_steps }: Pick<ReasoningStep, "step" | "total_steps">): string {
  return typeof total_steps === "number" && total_steps >= step ? `Step ${step} of ${total_steps}` : `Step ${step}`;
}

export type Severity = "none" | "low" | "medium" | "high" | "critical";
const LEVELS: readonly string[] = ["none", "low", "medium", "high", "critical"];

/** How bad a finding is: by its word, else by its number. */
export function severityOf(finding: { level?: unknown; severity?: unknown }): Severity {
  for (const said of [finding.level, finding.severity]) {
    if (typeof said === "string" && LEVELS.includes(said)) return said as Severity;
  }
  const number = typeof finding.severity === "number" ? finding.severity : 0;
  if (number >= 0.85) return "critical";
  if (number >= 0.6) return "high";
  if (number >= 0.3) return "medium";
  return number > 0 ? "low" : "none";
}

/** What each monitor looks for. Others are called as they call themselves. */
const MONITORS: { [monitor: string]: string } = {
  circular: "Goes in circles",
  drift: "Drifts from the question",
  quality: "Says little",
};

export function monitorTitle({ monitor }: Pick<Flag, "monitor">): string {
  return MONITORS[monitor] ?? plain(monitor);
}

/** The steps that later steps took back, each with the step that did. */
export function revisionsOf(steps: readonly Pick<ReasoningStep, "step" | "revises_step">[]): Map<number, number> {
  return new Map(steps.flatMap(({ step, revises_step }) => (revises_step === undefined ? [] : [[revises_step, step]])));
}
