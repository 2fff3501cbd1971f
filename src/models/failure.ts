import { AppError } from "../errors.ts";
import type { ModelConfig } from "./config.ts";
import { redacted } from "./redact.ts";
import { HOW_TO_SET, type ModelRef } from "./resolve.ts";

/** What the SDKs' errors have in common. */
interface ApiError {
  status?: number;
  headers?: Headers;
  message: string;
  /** The provider's word for it, where the answer had begun already. */
  type?: string | null;
}

/**
 * What a failed call is told as: what happened, and what to do. The provider's own words are passed on without keys, and
 * not at all where it refused the key, as they may quote it.
 */
export function modelFailure(config: ModelConfig, { provider, model }: ModelRef, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { status, headers, message = "", type } = error as ApiError;
  const who = `${provider} (${model.slice(0, 100)})`;
  const words = redacted(config, typeof message === "string" ? message : "");
  if (status === 401 || type === "authentication_error") {
    return new AppError(
      "model_key_refused",
      `${who} refused the key (${status ?? type}): it is wrong or revoked. ${HOW_TO_SET}`,
    );
  }
  if (status === 403 || type === "permission_error") {
    return new AppError(
      "model_key_refused",
      `${who} refused the call (${status ?? type}): ${words}. The key may not use this model, or the text is not let through. Take another model; setup_config lists what is configured.`,
    );
  }
  if (status === 429 || type === "rate_limit_error") {
    const after = retryAfter(headers);
    const when =
      after === null ? "Wait a little, then send the same step again" : `Send the same step again in ${after} s`;
    return new AppError("model_rate_limited", `${who} takes no more calls just now (429): ${words}. ${when}.`, {
      ...(after === null ? {} : { retryAfter: after, details: { retry_after_s: after } }),
    });
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new AppError(
      "model_rejected",
      `${who} rejected the call (${status}): ${words}. Check the model's name; setup_config lists what is configured.`,
    );
  }
  if (status !== undefined) {
    return new AppError("model_failed", `${who} failed (${status}): ${words}. Send the same step again in a moment.`);
  }
  if (type) {
    return new AppError(
      "model_failed",
      `${who} failed (${redacted(config, type)}): ${words}. Send the same step again.`,
    );
  }
  return new AppError(
    "model_failed",
    `${who} could not be reached, or what it sent could not be read: ${words}. Send the same step again; if it goes on, check the base URL.`,
  );
}

/** Seconds to wait by the header, which has seconds or a date; null = it says nothing. */
function retryAfter(headers: Headers | undefined): number | null {
  const sent = headers?.get?.("retry-after");
  if (!sent) return null;
  const seconds = /^\d+(\.\d+)?$/.test(sent) ? Number(sent) : (Date.parse(sent) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}
