import { logAddress, runLog } from "../../../durable-objects/stubs.ts";
import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";
import { lastSeqOf } from "./get.ts";

/**
 * Opens a run's live stream: a WebSocket that says hello, sends what came after `?after=`, then what comes.
 * @throws AppError `run_not_found` unless `?wait=1`; `upgrade_required`; `invalid_request`
 */
export async function subscribe(ctx: Ctx, runId: string, request: Request): Promise<Response> {
  requireScope(ctx, "read");
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new AppError("upgrade_required", "This is a WebSocket address. Connect with a WebSocket client.");
  }
  const query = new URL(request.url).searchParams;
  const after = Number(query.get("after") ?? 0);
  if (!Number.isSafeInteger(after) || after < 0) {
    throw new AppError("invalid_request", '"after" must be a seq: a whole number from 0 on.');
  }
  const known = await lastSeqOf(ctx, runId).catch((error: unknown) => {
    if (query.get("wait") === "1" && error instanceof AppError && error.code === "run_not_found") return 0;
    throw error;
  });
  return openLog(ctx, runId, after, known);
}

/**
 * Opens a socket to the object that holds a run's log: hello, what came after `after`, then what comes.
 * @param knownLast the newest seq that is known of: the object may have forgotten how long the log is
 */
export function openLog(ctx: Ctx, runId: string, after: number, knownLast: number): Promise<Response> {
  const url = new URL("https://log/subscribe");
  url.search = new URLSearchParams({
    project: ctx.projectId,
    run: runId,
    after: String(after),
    known_last: String(knownLast),
  }).toString();
  return runLog(ctx.env, logAddress(ctx.env, ctx.projectId, runId)).fetch(url.toString(), {
    headers: { upgrade: "websocket" },
  });
}
