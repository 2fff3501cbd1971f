import { type Ctx, requireScope } from "../../context.ts";
import { callName } from "./call-name.ts";
import { monitorFlagged, type StepData, stepTaken } from "./events.ts";
import { sessionFinished } from "./finish.ts";
import { monitorSteps } from "./monitor.ts";
import { type OpenSession, openSession } from "./open.ts";
import { answerForm, joined, MATERIAL } from "./prompt.ts";
import { record, requireRoom } from "./record.ts";
import { type Stepped, stepByModel, steppedBefore } from "./step-by-model.ts";
import { placeOf, statusOf, stepOfCall, type ThoughtArgs } from "./thought.ts";
import { taskOf } from "./trace.ts";
import { transcript } from "./transcript.ts";
import type { Waiting } from "./waiting.ts";

export interface ExternalThoughtArgs extends ThoughtArgs {
  model?: string | undefined;
  temperature?: number | undefined;
  /** false = the thought is kept as the host wrote it. */
  use_llm?: boolean | undefined;
}

const SYSTEM = `You help another agent to think in sequence, one thought at a time. Write the next thought: clear, short, and built on those before it.
${MATERIAL}

${answerForm([])}`;

/**
 * A thought in sequence that a model writes after the host's words, or the host's own. The same call again is the same thought.
 * @throws AppError of the model's; `session_not_found`, `unprocessable`, `run_full`, `unavailable`
 */
export async function thinkExternal(ctx: Ctx, args: ExternalThoughtArgs, waiting: Waiting): Promise<Stepped> {
  requireScope(ctx, "write");
  const session = await openSession(ctx, "sequential_thinking_external", args, args.thought);
  const { state } = session;
  const { session_id: _, continuation_id: __, ...step } = args;
  const call = callName(session.tool, step);
  const known = stepOfCall(session, call);
  if (known) return steppedBefore(state, known);
  const place = placeOf(state, args);
  const status = statusOf(args);
  const kept = { step_type: "thought", status: status === "recorded" ? "thinking" : status };
  if (args.use_llm === false) return keep(ctx, session, { ...place, ...kept, thought: args.thought, call });
  const messages = [{ role: "user" as const, content: joined(null, transcript(state), taskOf(args)) }];
  const order = {
    call,
    place,
    said: args.thought,
    model: { name: args.model, otherwise: "normal" as const },
    request: { system: SYSTEM, messages, temperature: args.temperature },
    read: () => kept,
  };
  return stepByModel(ctx, session, order, waiting);
}

/** The host's own thought. */
async function keep(ctx: Ctx, { state, tool, beginning }: OpenSession, data: StepData & { call: string }) {
  requireRoom(state);
  const step = { ...data, tool };
  await record(ctx, state, [...beginning, stepTaken(data.call, step)]);
  const findings = monitorSteps(state);
  const after = findings.map(monitorFlagged);
  if (data.next_step_needed === false) after.push(...sessionFinished(state, data.call, data.thought));
  if (after.length > 0) await record(ctx, state, after);
  return { state, step, findings, synthesis: state.synthesis };
}
