/** The closed list of codes and the HTTP status each is answered with at the HTTP door. */
export const ERROR_CODES = {
  invalid_request: 400,
  undecodable_body: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  run_not_found: 404,
  span_not_found: 404,
  session_not_found: 404,
  job_not_found: 404,
  dead_letter_not_found: 404,
  artifact_not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  idempotency_mismatch: 409,
  idempotency_in_progress: 409,
  run_exists: 409,
  run_full: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  rate_limited: 429,
  /** Of the models that the reasoning tools call. */
  model_not_configured: 422,
  model_rejected: 422,
  model_key_refused: 502,
  model_rate_limited: 429,
  model_timeout: 504,
  model_failed: 502,
  model_answer_unreadable: 502,
  cancelled: 408,
  upgrade_required: 426,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * A failure that the caller can understand and act on. Knows nothing of HTTP: the doors translate it.
 * @param message what happened and what to do, in one or two sentences
 * @param options.details machine-readable extras; options.retryAfter seconds, for codes where trying again helps
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly details: unknown;
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: unknown; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfter = options.retryAfter;
  }
}
