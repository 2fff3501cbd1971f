import { type Ctx, requireScope } from "../../context.ts";
import { listSessions } from "../sessions/list.ts";
import type { Session } from "../sessions/schema.ts";
import { openSession, type SessionRef } from "./open.ts";
import { isSessionId } from "./session-id.ts";
import { loadSession, type SessionState } from "./state.ts";

/** How reasoning stands in the project: a session, and the newest ones. */
export interface Illumination {
  /** The session that was named, or the newest; null = there is none. */
  state: SessionState | null;
  recent: Session[];
}

/** Sessions that are listed. */
const RECENT = 5;

/**
 * Reads a session's state from its log. The list of sessions is the projection's, which knows of a new one a moment later.
 * @throws AppError `session_not_found` for a session that is named and not there; `invalid_request` if two are
 */
export async function illumination(ctx: Ctx, ref: SessionRef): Promise<Illumination> {
  requireScope(ctx, "read");
  const named = ref.session_id !== undefined || ref.continuation_id !== undefined;
  const [{ data: recent }, session] = await Promise.all([
    listSessions(ctx, { kind: "reasoning", limit: RECENT }),
    // Of a session that is named nothing is written by opening it.
    named ? openSession(ctx, "sequential_thinking", ref, "") : null,
  ]);
  if (session) return { state: session.state, recent };
  // A run of this kind that an application wrote has an id of its own.
  const newest = recent.find(({ id }) => isSessionId(id));
  return { state: newest ? await loadSession(ctx, newest.id) : null, recent };
}

/** Share of a session's steps that nothing was found of; null = it has no steps. */
export function brightnessOf({ steps, findings, biases }: SessionState): number | null {
  if (steps.length === 0) return null;
  const dark = new Set([...findings, ...biases].flatMap(({ step }) => step ?? []));
  const numbers = new Set(steps.map(({ step }) => step));
  return [...numbers].filter((step) => !dark.has(step)).length / numbers.size;
}
