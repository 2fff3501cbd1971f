import { type Ctx, requireScope } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { AppError } from "../../errors.ts";
import { loadSettings } from "../settings/load.ts";
import { ownRun } from "./own-run.ts";
import type { Session } from "./schema.ts";
import { sessionOfRun } from "./session-of-run.ts";
import { sumSessions } from "./sums.ts";

/**
 * A session with its sums: as of the last acknowledged write if it is one run that reasons, else as far as projected.
 * Its runs are `GET /api/runs?session_id=`. @throws AppError `session_not_found`
 */
export async function getSession(ctx: Ctx, id: string): Promise<Session> {
  requireScope(ctx, "read");
  const settings = await loadSettings(ctx.env, ctx.projectId);
  const [session] = await sumSessions(dbFor(ctx.env, ctx.projectId), ctx.projectId, [id], settings);
  if (session && !(session.run_count === 1 && session.kinds[0] === "reasoning")) return session;
  const run = await ownRun(ctx, id);
  if (run) return sessionOfRun(run);
  if (session) return session;
  throw sessionNotFound(id);
}

export function sessionNotFound(id: string): AppError {
  return new AppError(
    "session_not_found",
    `There is no session ${id.slice(0, 64)} in this project. It appears a moment after its first run; GET /api/sessions lists them.`,
  );
}
