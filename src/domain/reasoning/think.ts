import { type Ctx, requireScope } from "../../context.ts";
import { callName } from "./call-name.ts";
import type { FindingData } from "./events.ts";
import { openSession } from "./open.ts";
import { requireRoom } from "./record.ts";
import { recordStep } from "./record-step.ts";
import type { SessionState } from "./state.ts";
import { placeOf, statusOf, stepOfCall, type ThoughtArgs, type ThoughtStatus } from "./thought.ts";

const TOOL = "sequential_thinking";

export interface Thought {
  state: SessionState;
  status: ThoughtStatus;
  /** What the monitors say of this thought. */
  findings: FindingData[];
}

/**
 * Records a thought of the host; no model is called. The same thought at the same place again is the same thought.
 * @throws AppError `session_not_found`, `unprocessable`, `run_full`, `unavailable`
 */
export async function think(ctx: Ctx, args: ThoughtArgs): Promise<Thought> {
  requireScope(ctx, "write");
  const session = await openSession(ctx, TOOL, args, args.thought);
  const { state } = session;
  const { session_id: _, continuation_id: __, ...step } = args;
  const call = callName(TOOL, step);
  const status = statusOf(args);
  const known = stepOfCall(session, call);
  if (known) return { state, status, findings: state.findings.filter((finding) => finding.step === known.step) };
  requireRoom(state);
  const place = placeOf(state, args);
  const { thought } = args;
  const findings = await recordStep(ctx, session, {
    ...place,
    thought,
    tool: TOOL,
    step_type: "thought",
    status,
    call,
  });
  return { state, status, findings };
}
