import { createHash } from "node:crypto";
import type { Ctx } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { ReasoningTool } from "./events.ts";
import { newSession, type OpenSession } from "./open.ts";
import { newSessionId } from "./session-id.ts";
import { loadSession, type SessionState } from "./state.ts";

/** For so long after its last step a session is found by its query: as long as Lux kept one. */
const FOUND_FOR_MS = 30 * 60_000;

/** Sessions of one query that are looked through. Each is read whole. */
const MOST = 10;

/**
 * The session of this query that is still going on, or a new one. Ids come from the query, so that no index is needed, which
 * would know of a session only a moment later.
 * @param goesOn whether a session can take another step of this tool
 */
export async function sessionOfQuery(
  ctx: Ctx,
  tool: ReasoningTool,
  query: string,
  goesOn: (state: SessionState) => boolean,
): Promise<OpenSession> {
  for (let n = 0; n < MOST; n++) {
    const id = idOf(ctx.projectId, tool, query, n);
    const state = await found(ctx, id);
    if (state === null) return newSession(tool, id, query);
    if (goesOn(state) && isRecent(state)) return { tool, state, beginning: [] };
  }
  return newSession(tool, newSessionId(), query);
}

function isRecent({ lastTime }: SessionState): boolean {
  return lastTime !== null && Date.now() - Date.parse(lastTime) < FOUND_FOR_MS;
}

async function found(ctx: Ctx, id: string): Promise<SessionState | null> {
  try {
    return await loadSession(ctx, id);
  } catch (error) {
    if (error instanceof AppError && error.code === "session_not_found") return null;
    throw error;
  }
}

function idOf(projectId: string, tool: string, query: string, n: number): string {
  const hash = createHash("sha256").update(JSON.stringify([projectId, tool, query.trim(), n]));
  return `rs_${hash.digest("hex").slice(0, 32)}`;
}
