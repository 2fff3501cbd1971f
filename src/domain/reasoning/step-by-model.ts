import type { Ctx } from "../../context.ts";
import type { ModelRequest } from "../../models/answer.ts";
import type { Alias } from "../../models/config.ts";
import type { Monitor } from "../monitors/finding.ts";
import { type Asked, askModel } from "./ask.ts";
import { type FindingData, type StepData, type SynthesisData, synthesisUpdated } from "./events.ts";
import { type SplitAnswer, shareOf, splitWith, textOf } from "./json-answer.ts";
import type { OpenSession } from "./open.ts";
import { type NewStep, recordStep } from "./record-step.ts";
import type { SessionState } from "./state.ts";
import { nextSynthesis } from "./synthesis.ts";
import type { StepPlace } from "./thought.ts";
import type { Waiting } from "./waiting.ts";

/** What a model is to do for a session, and how its answer becomes a step. */
export interface StepOrder {
  /** Names the call: `callName`. */
  call: string;
  place: StepPlace;
  /** What the host sent. */
  said: string;
  model: { name: string | undefined; otherwise: Alias };
  request: ModelRequest;
  /** Monitors that may speak; all if left out. */
  monitors?: readonly Monitor[];
  /** What is read of the answer's JSON beside confidence and synthesis. */
  read(answer: SplitAnswer): Pick<StepData, "step_type" | "status" | "details" | "metrics" | "next_action">;
}

/** A step as it was taken, now or by the same call before. */
export interface Stepped {
  state: SessionState;
  step: StepData;
  /** What the monitors say of it. */
  findings: FindingData[];
  /** As of this step; null = none yet. */
  synthesis: SynthesisData | null;
}

/**
 * Has a model take a session's next step, and records what came of it: step, synthesis, findings, and the end of the turn if
 * the step is the last. An answer that does not keep to the form is a step all the same: all of it is the thought.
 * @throws AppError as `askModel`; then nothing but the failed call is recorded, and the same call can be sent again
 */
export async function stepByModel(
  ctx: Ctx,
  session: OpenSession,
  order: StepOrder,
  waiting: Waiting,
): Promise<Stepped> {
  const { state, tool } = session;
  const { call, place, said, monitors } = order;
  const answer = await askModel(ctx, session, order.model, order.request, waiting);
  const split = splitWith(answer.text, FIELDS);
  const confidence = shareOf(split.json?.confidence);
  const { metrics, ...read } = order.read(split);
  const step: NewStep = {
    ...place,
    thought: thoughtOf(split, answer.text),
    tool,
    ...(said === state.question ? {} : { prompt: said }),
    ...ofCall(answer),
    ...(confidence === undefined ? {} : { confidence }),
    ...read,
    metrics: { ...tokensOf(answer), ...metrics },
    call,
  };
  // A model that was asked for a synthesis and wrote one, in whatever form.
  const events =
    split.json?.synthesis === undefined ? [] : [synthesisUpdated(call, nextSynthesis(state, split, step.step))];
  const findings = await recordStep(ctx, session, step, { events, ...(monitors ? { monitors } : {}) });
  return { state, step, findings, synthesis: state.synthesis };
}

/** What the same call found before: the step is not taken twice. */
export function steppedBefore(state: SessionState, step: StepData): Stepped {
  const findings = state.findings.filter((finding) => finding.step === step.step);
  return { state, step, findings, synthesis: state.synthesis };
}

/** The fields by which an object is known as the one that was asked for, and not as a part of the thought. */
const FIELDS = ["synthesis", "confidence", "step_type", "mandatory_actions"];

function thoughtOf({ prose, json }: SplitAnswer, whole: string): string {
  if (prose !== "") return prose;
  // All of it in the object: some models write nothing else once JSON is mentioned.
  return textOf(json?.thought ?? json?.content ?? json?.answer, whole.length) ?? whole;
}

/** What a step says of the model call that it came from. */
export function ofCall({
  model,
  asked,
  spanId,
  durationMs,
}: Asked): Pick<StepData, "model" | "span_id" | "duration_ms"> {
  return { model: model ?? asked, span_id: spanId, duration_ms: durationMs };
}

export function tokensOf({ usage: { input, output } }: Asked): { [name: string]: number } {
  return { ...(input === null ? {} : { input_tokens: input }), ...(output === null ? {} : { output_tokens: output }) };
}
