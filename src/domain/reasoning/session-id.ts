import { randomBytes } from "node:crypto";

const SESSION_ID = /^rs_[0-9a-f]{32}$/;

/** The id of a new reasoning session: of its run, and what the tools call `session_id` and `continuation_id`. */
export function newSessionId(): string {
  return `rs_${randomBytes(16).toString("hex")}`;
}

export function isSessionId(id: string): boolean {
  return SESSION_ID.test(id);
}

/** The span that holds a session's model calls: a call without one above it would decide over the run's status. */
export function rootSpanId(sessionId: string): string {
  return sessionId.slice(-16);
}
