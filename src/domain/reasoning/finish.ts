import type { NewEvent } from "../runs/append-events.ts";
import { rootEnded } from "./model-span.ts";
import type { SessionState } from "./state.ts";

/** Characters of a result: the answer itself is in its step. */
const RESULT_CHARS = 2_000;

/** The end of a turn. A session goes on after it, if it is continued. @param call names the call that ended it */
export function sessionFinished(state: SessionState, call: string, result: string): NewEvent[] {
  const { id } = state;
  const data = { threadId: id, runId: id, result: result.slice(0, RESULT_CHARS).toWellFormed() };
  return [...rootEnded(state), { id: `${call} finished`, type: "RUN_FINISHED", data }];
}
