import type { NewEvent } from "../runs/append-events.ts";

/** The nine tools, by the names that Lux gave them. */
export type ReasoningTool =
  | "confer"
  | "traced_reasoning"
  | "biased_reasoning"
  | "planner"
  | "hybrid_biased_reasoning"
  | "sequential_thinking"
  | "sequential_thinking_external";

export const LEVELS = ["none", "low", "medium", "high", "critical"] as const;
export type Level = (typeof LEVELS)[number];

/** `data` of REASONING_STEP. Others may have written one with less: only `step` and `thought` are sure. */
export interface StepData {
  step: number;
  thought: string;
  tool?: string;
  /** What the host sent, where `thought` is what a model made of it. */
  prompt?: string;
  step_type?: string;
  status?: string;
  model?: string;
  span_id?: string;
  confidence?: number;
  branch_id?: string;
  branch_from_step?: number;
  revises_step?: number;
  total_steps?: number;
  next_step_needed?: boolean;
  next_action?: string;
  duration_ms?: number;
  metrics?: { [name: string]: number };
  /** What the model said beside the step, such as a plan's mandatory actions. */
  details?: { [name: string]: unknown };
  /** Names the call that made the step, so that the same call again finds it. */
  call?: string;
}

/** What a synthesis says, as far as the model kept to its form. */
export interface Synthesis {
  current_understanding: string;
  key_insights: { insight: string; confidence?: number; step?: number }[];
  action_items: { action: string; priority?: string; step?: number }[];
  confidence?: number;
  clarity?: number;
}

/** `data` of SYNTHESIS_UPDATED; `parsed` is left out if the raw text holds no synthesis in its form. */
export interface SynthesisData {
  version: number;
  synthesis: string;
  parsed?: Synthesis;
  step?: number;
}

/** `data` of BIAS_DETECTED. */
export interface BiasData {
  bias: string;
  severity: number;
  level: Level;
  confidence?: number;
  step?: number;
  explanation?: string;
  suggestion?: string;
  location?: string;
  model?: string;
  span_id?: string;
}

/** `data` of MONITOR_FLAGGED. */
export interface FindingData {
  monitor: string;
  /** By what it was known; a session is told of each once. */
  sign?: string;
  reason: string;
  severity?: string;
  score?: number;
  threshold?: number;
  step?: number;
  span_ids?: string[];
}

/**
 * The event with which a session begins. `input.messages` are AG-UI's, so that lists have a preview of the question.
 * @param question of any length; the name takes its beginning
 */
export function sessionStarted(id: string, tool: ReasoningTool, question: string): NewEvent {
  const messages = [{ id: "question", role: "user", content: question }];
  return {
    id: "session",
    type: "RUN_STARTED",
    data: {
      kind: "reasoning",
      name: `${tool}: ${beginningOf(question)}`,
      threadId: id,
      runId: id,
      session_id: id,
      metadata: { tool },
      input: { threadId: id, runId: id, state: {}, messages, tools: [], context: [], forwardedProps: {} },
    },
  };
}

/** Characters of a question in a session's name. */
const NAME_CHARS = 80;

function beginningOf(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length <= NAME_CHARS ? line : `${line.slice(0, NAME_CHARS - 1).toWellFormed()}…`;
}

export function stepTaken(call: string, data: StepData): NewEvent {
  return { id: `${call} step ${data.step}`, type: "REASONING_STEP", data: { ...data, call } };
}

export function synthesisUpdated(call: string, data: SynthesisData): NewEvent {
  return { id: `${call} synthesis`, type: "SYNTHESIS_UPDATED", data };
}

/** @param n its place among those of the call: a check may find the same twice */
export function biasDetected(call: string, n: number, data: BiasData): NewEvent {
  return { id: `${call} bias ${n}`, type: "BIAS_DETECTED", data };
}

export function monitorFlagged(data: FindingData): NewEvent {
  return { id: `monitor ${data.monitor} ${data.sign}`, type: "MONITOR_FLAGGED", data };
}
