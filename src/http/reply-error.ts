import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { AppError, ERROR_CODES } from "../errors.ts";
import type { HonoEnv } from "./types.ts";

/**
 * Any failure as one that can be told: an AppError as it is; what nobody foresaw is logged, and said to be our fault and
 * safe to repeat (503, not 500: clients of ours retry only what says so).
 */
export function toAppError(error: unknown, requestId: string): AppError {
  if (error instanceof AppError) {
    // Only our own failures: the text of a client's may quote what it sent, and secrets with it.
    if (error.cause !== undefined && error.code === "unavailable") log(error.cause, requestId, error.code);
    return error;
  }
  if (error instanceof HTTPException && error.status < 500) {
    return new AppError(
      "invalid_request",
      error.message || "The request could not be read. Check its body and parameters.",
    );
  }
  log(error, requestId, "unavailable");
  return new AppError("unavailable", "Something of ours failed. Try again; if it goes on, report the request id.", {
    retryAfter: 1,
  });
}

function log(error: unknown, requestId: string, code: string): void {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  console.error(JSON.stringify({ at: "http", request_id: requestId, code, error: text.slice(0, 500) }));
}

/** The JSON answer of every door but OTLP's. */
export function replyError(c: Context<HonoEnv>, thrown: unknown): Response {
  const requestId = c.get("requestId");
  const error = toAppError(thrown, requestId);
  const details = error.details === undefined ? {} : { details: error.details };
  return c.json(
    { error: { code: error.code, message: error.message, request_id: requestId, ...details } },
    ERROR_CODES[error.code],
    error.retryAfter === undefined ? {} : { "Retry-After": String(error.retryAfter) },
  );
}
