import { type Ctx, requireScope } from "../../context.ts";
import { type Alias, readModelConfig } from "../../models/config.ts";
import { resolveModel } from "../../models/resolve.ts";
import { askBiasCheck } from "./ask-bias-check.ts";
import { BIAS_TYPES, type BiasCheck, biasForm } from "./bias-check.ts";
import { type BiasedStep, nextAction, nextStep, type RoundStep, roundSteps } from "./bias-rounds.ts";
import { callName } from "./call-name.ts";
import { biasEvents } from "./check-bias.ts";
import { type StepData, type SynthesisData, stepTaken } from "./events.ts";
import { newSession, type OpenSession, openSession } from "./open.ts";
import { answerForm, joined, MATERIAL } from "./prompt.ts";
import { record, requireRoom } from "./record.ts";
import { newSessionId } from "./session-id.ts";
import { sessionOfQuery } from "./session-of-query.ts";
import type { SessionState } from "./state.ts";
import { ofCall, stepByModel, tokensOf } from "./step-by-model.ts";
import { type FileArgs, type Files, readFiles } from "./text-artifacts.ts";
import { transcript } from "./transcript.ts";
import type { Waiting } from "./waiting.ts";

const TOOL = "biased_reasoning";

export interface BiasedArgs extends FileArgs {
  query: string;
  session_id?: string | undefined;
  continuation_id?: string | undefined;
  new_session?: boolean | undefined;
  primary_model?: string | undefined;
  verifier_model?: string | undefined;
  max_analysis_rounds?: number | undefined;
}

/** What the first call says holds for the session, until a later one says otherwise: the `details` of the query's step. */
interface Settings {
  primary_model: string;
  verifier_model: string;
  max_analysis_rounds: number;
}

export interface Biased {
  state: SessionState;
  step: StepData;
  /** Of a bias analysis. */
  check: BiasCheck | null;
  /** The step that a correction replaces. */
  original: StepData | null;
  synthesis: SynthesisData | null;
  rounds: number;
  files: Files;
}

const ROUNDS = 3;
const PRIMARY: Alias = "reasoning";
const VERIFIER: Alias = "normal";

const REASONER = `You reason through a question step by step; another model checks each step for biases. Take exactly one step now.
${MATERIAL}

${answerForm([])}`;

const CHECKER = `You check the reasoning of another model for biases, fallacies and unfounded assumptions. You judge how it reasons, not whether you like what it concludes.
${MATERIAL}

${biasForm(BIAS_TYPES)}`;

const TASKS: { [step in "reasoning" | "correction" | "synthesis"]: string } = {
  reasoning: "Take the next step of the reasoning.",
  correction: "The newest check found biases. Write the step that it is about anew, without them.",
  synthesis:
    "Conclude: answer the question from the checked steps, and say which doubts remain. Where a step was corrected, the correction holds.",
};

/**
 * The next step of a question that one model reasons about and another checks. Which step it is follows from the session's log;
 * a query that the session has not heard yet is guidance, and is kept as a step before it.
 * @throws AppError of the models'; `model_answer_unreadable`, `session_not_found`, `artifact_not_found`, `run_full`, `unavailable`
 */
export async function reasonBiased(ctx: Ctx, args: BiasedArgs, waiting: Waiting): Promise<Biased> {
  requireScope(ctx, "write");
  const [session, files] = await Promise.all([sessionOf(ctx, args), readFiles(ctx, args)]);
  const { state } = session;
  const settings = settingsOf(state, args);
  const rounds = settings.max_analysis_rounds;
  const rest = { state, rounds, files, check: null, original: null };
  if (own(state).length === 0) {
    const step = await begin(ctx, session, args.query, settings);
    return { ...rest, step, synthesis: state.synthesis };
  }
  if (isNew(state, args.query)) await keep(ctx, session, "guidance", args.query);
  const type = nextStep(roundSteps(state.steps), rounds);
  switch (type) {
    case null:
    case "query":
    case "guidance":
      return { ...rest, step: own(state).at(-1) as StepData, synthesis: state.synthesis };
    case "bias_analysis": {
      const { step, check } = await analyse(ctx, session, settings, files, waiting);
      return { ...rest, step, check, synthesis: state.synthesis };
    }
    case "reasoning":
    case "correction":
    case "synthesis": {
      const original = type === "correction" ? checkedStep(state) : null;
      const stepped = await reason(ctx, session, { type, original, settings, files }, waiting);
      return { ...rest, ...stepped, original };
    }
  }
}

async function sessionOf(ctx: Ctx, args: BiasedArgs): Promise<OpenSession> {
  if (args.new_session) return newSession(TOOL, newSessionId(), args.query);
  if (args.session_id !== undefined || args.continuation_id !== undefined) {
    return openSession(ctx, TOOL, args, args.query);
  }
  return sessionOfQuery(
    ctx,
    TOOL,
    args.query,
    (state) => nextStep(roundSteps(state.steps), settingsOf(state, args).max_analysis_rounds) !== null,
  );
}

function settingsOf(state: SessionState, args: BiasedArgs): Settings {
  const said = own(state).find(({ step_type }) => step_type === "query")?.details as Partial<Settings> | undefined;
  return {
    primary_model: args.primary_model ?? said?.primary_model ?? PRIMARY,
    verifier_model: args.verifier_model ?? said?.verifier_model ?? VERIFIER,
    max_analysis_rounds: args.max_analysis_rounds ?? said?.max_analysis_rounds ?? ROUNDS,
  };
}

function own({ steps }: SessionState): StepData[] {
  return steps.filter(({ tool }) => tool === TOOL);
}

/** Whether the host says something that it has not said before: it may send the query with every call. */
function isNew(state: SessionState, query: string): boolean {
  const heard = own(state).filter(({ step_type }) => step_type === "query" || step_type === "guidance");
  return query !== state.question && heard.every(({ thought }) => thought !== query);
}

/** The query itself; no model is asked yet, but both must be there. */
async function begin(ctx: Ctx, session: OpenSession, query: string, settings: Settings): Promise<StepData> {
  const config = readModelConfig(ctx.env);
  const models = [settings.primary_model, settings.verifier_model].map((name) => resolveModel(config, name).model);
  return keep(ctx, session, "query", query, { ...settings, models });
}

async function keep(
  ctx: Ctx,
  { state, beginning }: OpenSession,
  type: BiasedStep,
  thought: string,
  details?: { [name: string]: unknown },
): Promise<StepData> {
  requireRoom(state);
  const step = { ...placeFor(state, type), thought, tool: TOOL, step_type: type, ...(details ? { details } : {}) };
  await record(ctx, state, [...beginning, stepTaken(step.call, step)]);
  return step;
}

/** The next number. Two calls at once take one step: its event has one name. */
function placeFor(state: SessionState, type: BiasedStep) {
  const step = state.steps.length + 1;
  return { step, next_step_needed: type !== "synthesis", call: callName(TOOL, { step, type }) };
}

/** The newest step that was reasoned, or corrected. */
function checkedStep(state: SessionState): StepData {
  const step = own(state).findLast(({ step_type }) => step_type === "reasoning" || step_type === "correction");
  if (!step) throw new Error(`The session ${state.id} has nothing to check`);
  return step;
}

interface Reasoning {
  type: "reasoning" | "correction" | "synthesis";
  original: StepData | null;
  settings: Settings;
  files: Files;
}

async function reason(
  ctx: Ctx,
  session: OpenSession,
  { type, original, settings, files }: Reasoning,
  waiting: Waiting,
) {
  const { state } = session;
  const { call, ...place } = placeFor(state, type);
  const content = joined(files, transcript(state), TASKS[type]);
  const order = {
    call,
    place: { ...place, ...(original === null ? {} : { revises_step: original.step }) },
    said: state.question,
    model: { name: settings.primary_model, otherwise: PRIMARY },
    request: { system: REASONER, messages: [{ role: "user" as const, content }] },
    read: () => ({ step_type: type, next_action: after(state, { type }, settings) }),
  };
  return stepByModel(ctx, session, order, waiting);
}

async function analyse(ctx: Ctx, session: OpenSession, settings: Settings, files: Files, waiting: Waiting) {
  const { state } = session;
  const checked = checkedStep(state);
  const task = `Check step ${checked.step}:\n<step>\n${checked.thought}\n</step>`;
  const content = joined(files, transcript(state), task);
  const model = { name: settings.verifier_model, otherwise: VERIFIER };
  const request = { system: CHECKER, messages: [{ role: "user" as const, content }] };
  const { check, answer } = await askBiasCheck(ctx, session, model, request, waiting);
  const { level } = check;
  const place = placeFor(state, "bias_analysis");
  const step: StepData = {
    ...place,
    thought: verdict(check),
    tool: TOOL,
    step_type: "bias_analysis",
    ...ofCall(answer),
    ...(check.confidence === null ? {} : { confidence: check.confidence }),
    next_action: after(state, { type: "bias_analysis", level }, settings),
    metrics: { ...tokensOf(answer), bias_score: check.score },
    details: { level, checked_step: checked.step, check },
  };
  const about = { ...step, step: checked.step };
  await record(ctx, state, [stepTaken(place.call, step), ...biasEvents(place.call, about, check)]);
  return { step, check };
}

function after(state: SessionState, step: RoundStep, { max_analysis_rounds }: Settings) {
  return nextAction([...roundSteps(state.steps), step], max_analysis_rounds);
}

/** A verdict as a text: what the primary model is shown of it. */
function verdict({ explanation, biases, suggestions }: BiasCheck): string {
  const found = biases.map(
    ({ bias, level, explanation: why, suggestion }) =>
      `- ${bias} (${level})${why === undefined ? "" : `: ${why}`}${suggestion === undefined ? "" : ` → ${suggestion}`}`,
  );
  const head = explanation ?? (biases.length > 0 ? "Biases were found." : "No bias was found.");
  return [head, ...found, ...suggestions.map((text) => `- ${text}`)].join("\n");
}
