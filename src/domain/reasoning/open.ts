import type { Ctx } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { NewEvent } from "../runs/append-events.ts";
import { type ReasoningTool, sessionStarted } from "./events.ts";
import { newSessionId } from "./session-id.ts";
import { loadSession, newState, type SessionState } from "./state.ts";

/** A session that a call goes on with, and the event that a new one begins with: to be written with what comes first. */
export interface OpenSession {
  tool: ReasoningTool;
  state: SessionState;
  beginning: NewEvent[];
}

/** How callers name a session: Lux has both names, for different tools. */
export interface SessionRef {
  session_id?: string | undefined;
  continuation_id?: string | undefined;
}

/**
 * The session that the call names, or a new one.
 * @throws AppError `session_not_found`; `invalid_request` if it names two
 */
export async function openSession(
  ctx: Ctx,
  tool: ReasoningTool,
  { session_id, continuation_id }: SessionRef,
  question: string,
): Promise<OpenSession> {
  const id = session_id ?? continuation_id;
  if (session_id !== undefined && continuation_id !== undefined && session_id !== continuation_id) {
    throw new AppError("invalid_request", "session_id and continuation_id name two sessions. Give one of them.");
  }
  if (id !== undefined) return { tool, state: await loadSession(ctx, id), beginning: [] };
  return newSession(tool, newSessionId(), question);
}

/** A session that begins: what it is about is known before its first event is written. */
export function newSession(tool: ReasoningTool, id: string, question: string): OpenSession {
  return { tool, state: { ...newState(id), question }, beginning: [sessionStarted(id, tool, question)] };
}
