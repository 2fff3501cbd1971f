import { type Ctx, requireScope } from "../../context.ts";
import { callName } from "./call-name.ts";
import { openSession } from "./open.ts";
import { answerForm, joined, MATERIAL } from "./prompt.ts";
import { requireRoom } from "./record.ts";
import { recordStep } from "./record-step.ts";
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
  if (args.use_llm === false) {
    requireRoom(state);
    const own = { ...place, ...kept, thought: args.thought, tool: session.tool, call };
    const findings = await recordStep(ctx, session, own);
    return { state, step: own, findings, synthesis: state.synthesis };
  }
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
