import { type Ctx, requireScope } from "../../context.ts";
import { askBiasCheck } from "./ask-bias-check.ts";
import { BIAS_TYPES, type BiasCheck, biasForm } from "./bias-check.ts";
import { callName } from "./call-name.ts";
import { biasDetected, type FindingData, type StepData } from "./events.ts";
import { openSession, type SessionRef } from "./open.ts";
import { joined, MATERIAL } from "./prompt.ts";
import { type NewStep, recordStep } from "./record-step.ts";
import type { SessionState } from "./state.ts";
import { ofCall, steppedBefore, tokensOf } from "./step-by-model.ts";
import { type FileArgs, type Files, readFiles } from "./text-artifacts.ts";
import { stepOfCall } from "./thought.ts";
import { transcript } from "./transcript.ts";
import type { Waiting } from "./waiting.ts";

export interface CheckArgs extends SessionRef, FileArgs {
  reasoning_step: string;
  context?: string | undefined;
  step_number?: number | undefined;
  previous_steps?: string[] | undefined;
  bias_check_model?: string | undefined;
  temperature?: number | undefined;
  bias_types?: string[] | undefined;
}

export interface Checked {
  state: SessionState;
  step: StepData;
  check: BiasCheck;
  findings: FindingData[];
  files: Files;
}

/**
 * Has a model look for biases in a step that the host wrote. The step, the verdict and each bias are kept. The same call again is
 * the same step.
 * @throws AppError of the model's; `session_not_found`, `artifact_not_found`, `run_full`, `unavailable`
 */
export async function checkBias(ctx: Ctx, args: CheckArgs, waiting: Waiting): Promise<Checked> {
  requireScope(ctx, "write");
  const { reasoning_step, context, previous_steps, bias_check_model, temperature } = args;
  const question = context ?? reasoning_step;
  const [session, files] = await Promise.all([
    openSession(ctx, "hybrid_biased_reasoning", args, question),
    readFiles(ctx, args),
  ]);
  const { state } = session;
  const { session_id: _, continuation_id: __, ...said } = args;
  const call = callName(session.tool, said);
  const known = stepOfCall(session, call);
  if (known) {
    const { findings } = steppedBefore(state, known);
    return { state, step: known, check: known.details?.check as unknown as BiasCheck, findings, files };
  }
  const types = args.bias_types?.length ? args.bias_types : BIAS_TYPES;
  const before = previous_steps?.length ? given(question, previous_steps) : transcript(state);
  const asked = context === undefined || context === state.question ? "" : `<asked>\n${context}\n</asked>`;
  const content = joined(files, before, asked, `Check this step:\n<step>\n${reasoning_step}\n</step>`);
  const request = { system: system(types), messages: [{ role: "user" as const, content }], temperature };
  const model = { name: bias_check_model, otherwise: "normal" as const };
  const { check, answer } = await askBiasCheck(ctx, session, model, request, waiting);
  const step: NewStep = {
    step: args.step_number ?? state.steps.length + 1,
    thought: reasoning_step,
    tool: session.tool,
    ...(asked === "" ? {} : { prompt: context as string }),
    step_type: "reasoning",
    status: check.revise ? "revision_recommended" : "checked",
    ...ofCall(answer),
    metrics: { ...tokensOf(answer), bias_score: check.score },
    details: { check },
    // Whether there is another is not known: each check is a turn.
    next_step_needed: false,
    call,
  };
  const result = check.explanation ?? (check.detected ? "Biases were found." : "No bias was found.");
  const findings = await recordStep(ctx, session, step, { events: biasEvents(call, step, check), result });
  return { state, step, check, findings, files };
}

/** A BIAS_DETECTED for each bias of a verdict. @param about the step that it is about, and the call that found it */
export function biasEvents(call: string, { step, model, span_id }: StepData, { biases, confidence }: BiasCheck) {
  return biases.map((bias, n) =>
    biasDetected(call, n, {
      ...bias,
      step,
      ...(confidence === null ? {} : { confidence }),
      ...(model === undefined ? {} : { model }),
      ...(span_id === undefined ? {} : { span_id }),
    }),
  );
}

function system(types: readonly string[]): string {
  return `You check the reasoning of another agent for biases, fallacies and unfounded assumptions. You judge how it reasons, not whether you like what it concludes.
${MATERIAL}

${biasForm(types)}`;
}

/** Steps that the host sends along, in place of those of the session. */
function given(question: string, steps: readonly string[]): string {
  const texts = steps.map((text, n) => `<step number="${n + 1}">\n${text}\n</step>`);
  return [`<question>\n${question}\n</question>`, ...texts].join("\n\n");
}
