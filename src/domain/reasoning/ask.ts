import type { Ctx } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { ModelRequest } from "../../models/answer.ts";
import { type Completion, complete } from "../../models/complete.ts";
import { type Alias, readModelConfig } from "../../models/config.ts";
import { resolveModel } from "../../models/resolve.ts";
import { beginCall, callEnded, callStarted } from "./model-span.ts";
import type { OpenSession } from "./open.ts";
import { record, requireRoom } from "./record.ts";
import { tellProgress, type Waiting } from "./waiting.ts";

/** A model's answer and the span that keeps the call. */
export interface Asked extends Completion {
  spanId: string;
  /** The model as it was asked for, by its provider's name for it. */
  asked: string;
  durationMs: number;
}

/**
 * Asks a model for a session. The call is a span of the session's log, also when it fails; a new session begins with it.
 * @param name of the model, or undefined for `otherwise`
 * @throws AppError of the model's (`model_…`, `cancelled`), with the session's id in its details, so that the step can be
 * sent again; `model_not_configured` and `run_full` before anything is written
 */
export async function askModel(
  ctx: Ctx,
  session: OpenSession,
  { name, otherwise }: { name: string | undefined; otherwise: Alias },
  request: ModelRequest,
  waiting: Waiting,
): Promise<Asked> {
  const config = readModelConfig(ctx.env);
  const ref = resolveModel(config, name ?? otherwise);
  requireRoom(session.state);
  const call = beginCall(session.state.id, config, ref);
  await record(ctx, session.state, [...session.beginning, ...callStarted(session.state, session.tool, call)]);
  session.beginning = [];
  const work = async (): Promise<Asked> => {
    const progress = tellProgress(waiting, ref);
    try {
      const completion = await complete(config, ref, request, waiting.signal, progress.hear);
      await record(ctx, session.state, [callEnded(call, request, completion)]);
      return { ...completion, spanId: call.spanId, asked: ref.model, durationMs: Date.now() - call.startedAt };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // What the log itself refused cannot be written into it.
      if (error.code.startsWith("model_") || error.code === "cancelled") {
        await record(ctx, session.state, [callEnded(call, request, error)]);
      }
      throw withSession(error, session.state.id);
    } finally {
      progress.stop();
    }
  };
  const answer = work();
  // Who leaves does not take the record of the call along.
  ctx.waitUntil(answer.catch(() => undefined));
  return answer;
}

/** The same error, with the session that the step can be sent to again. */
export function withSession(error: AppError, sessionId: string): AppError {
  const { code, message, retryAfter, details, cause } = error;
  const more = typeof details === "object" && details !== null ? details : {};
  const options = { ...(retryAfter === undefined ? {} : { retryAfter }), ...(cause === undefined ? {} : { cause }) };
  return new AppError(code, message, {
    ...options,
    details: { ...more, session_id: sessionId, continuation_id: sessionId },
  });
}
