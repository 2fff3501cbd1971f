import { type Ctx, requireScope } from "../../context.ts";
import { dbFor } from "../../db/db.ts";
import { AppError } from "../../errors.ts";
import { lastSeqOrZero } from "../runs/get.ts";
import { openLog } from "../runs/subscribe.ts";
import { bridgeReasoning } from "./bridge-reasoning.ts";
import { sessionNotFound } from "./get.ts";
import { ownRun } from "./own-run.ts";

/**
 * Opens a reasoning session's live stream: a WebSocket that says hello, sends the steps, syntheses and findings after
 * `?after=` (a seq), then those that come. It goes on when the run ends, as the next tool call may continue it.
 * It is the session's own run that is watched, or the newest one of kind `reasoning` where the session has another id.
 * @throws AppError `session_not_found` if no run of the session reasons; `upgrade_required`; `invalid_request`
 */
export async function subscribeToReasoning(ctx: Ctx, sessionId: string, request: Request): Promise<Response> {
  requireScope(ctx, "read");
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new AppError("upgrade_required", "This is a WebSocket address. Connect with a WebSocket client.");
  }
  const after = Number(new URL(request.url).searchParams.get("after") ?? 0);
  if (!Number.isSafeInteger(after) || after < 0) {
    throw new AppError("invalid_request", '"after" must be a seq: a whole number from 0 on.');
  }
  const runId = await watchedRun(ctx, sessionId);
  const { webSocket } = await openLog(ctx, runId, after, await lastSeqOrZero(ctx, runId));
  if (!webSocket) throw new AppError("unavailable", "The run's log cannot be opened just now.", { retryAfter: 1 });
  return new Response(null, { status: 101, webSocket: bridgeReasoning(webSocket, runId) });
}

async function watchedRun(ctx: Ctx, sessionId: string): Promise<string> {
  const row = await dbFor(ctx.env, ctx.projectId)
    .prepare(
      `SELECT id FROM runs WHERE project_id = ?1 AND session_id = ?2 AND kind = 'reasoning'
       ORDER BY id = ?2 DESC, started_ns DESC LIMIT 1`,
    )
    .bind(ctx.projectId, sessionId)
    .first<{ id: string }>();
  const id = row?.id === sessionId ? row.id : ((await ownRun(ctx, sessionId))?.id ?? row?.id);
  if (id === undefined) throw sessionNotFound(sessionId);
  return id;
}
