import { type Ctx, requireScope } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { AppError } from "../../errors.ts";
import { loadSettings } from "../settings/load.ts";
import type { Session } from "./schema.ts";
import { sumSessions } from "./sums.ts";

/** A session with its sums. Its runs are `GET /api/runs?session_id=`. @throws AppError `session_not_found` */
export async function getSession(ctx: Ctx, id: string): Promise<Session> {
  requireScope(ctx, "read");
  const settings = await loadSettings(ctx.env, ctx.projectId);
  const [session] = await sumSessions(dbFor(ctx.env, ctx.projectId), ctx.projectId, [id], settings);
  if (session) return session;
  throw new AppError(
    "session_not_found",
    `There is no session ${id.slice(0, 64)} in this project. It appears a moment after its first run; GET /api/sessions lists them.`,
  );
}
