import type { Ctx } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { appendEvents, type NewEvent } from "../runs/append-events.ts";
import { foldSession, MAX_STEPS, type SessionState } from "./state.ts";

/**
 * Appends to the session's log and to what is known of it. Events have ids of their own, so that the same again has no
 * second effect.
 * @throws AppError `run_full`, `unavailable`
 */
export async function record(ctx: Ctx, state: SessionState, events: readonly NewEvent[]): Promise<void> {
  await appendEvents(ctx, state.id, events, { kind: "reasoning" });
  for (const { type, data } of events) foldSession(state, type, data);
}

/** @throws AppError `run_full` if the session takes no more steps */
export function requireRoom({ steps, id }: SessionState): void {
  if (steps.length < MAX_STEPS) return;
  throw new AppError(
    "run_full",
    `The session ${id} has ${steps.length} steps and takes no more. Begin another, with what this one found as its first thought.`,
  );
}
