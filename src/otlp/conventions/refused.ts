import type { AttributeValue, Span, TokenUsage } from "../../events/span.ts";
import type { FactsDraft } from "./convention.ts";

/**
 * Marks a call that the provider answered with an error and nothing else, and so does not bill. Only where the span shows
 * the answer: of a call that timed out, was given up or lost its connection, nobody here can know what was billed.
 */
export function markRefusal(draft: FactsDraft, span: Span): void {
  if (draft.error === undefined && span.status.code !== "error") return;
  if ((draft.step !== "llm" && draft.step !== "embedding") || hasTokens(draft.usage)) return;
  if (isRefusal(draft, span)) draft.refused = true;
}

/** Some clients write zeros for a call that gave nothing. */
function hasTokens(usage: TokenUsage | undefined): boolean {
  return usage !== undefined && Object.values(usage).some((count) => count !== null && count > 0);
}

function isRefusal(draft: FactsDraft, span: Span): boolean {
  const { attributes: a } = span;
  const exception = span.events.findLast((event) => event.name === "exception")?.attributes ?? {};
  // A status that was recorded is the best evidence, and 200 is evidence against: the answer had begun.
  const status =
    codeOf(a["http.response.status_code"]) ??
    codeOf(a["http.status_code"]) ??
    codeOf(a.status_code) ??
    codeOf(a["error.type"]) ??
    codeOf(exception["exception.type"]);
  if (status !== undefined) return refuses(status);
  if (isRefusalType(a["error.type"]) || isRefusalType(exception["exception.type"])) return true;
  const said = [draft.error, span.status.message, exception["exception.message"], a["error.message"]];
  return said.some((message) => typeof message === "string" && refuses(codeIn(message)));
}

/** The provider, or a proxy before it, gave up waiting, or found that the client had: the model may have answered. */
const TIMEOUTS = new Set([408, 499, 504, 524]);

function refuses(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status <= 599 && !TIMEOUTS.has(status);
}

function codeOf(value: AttributeValue | undefined): number | undefined {
  const code = typeof value === "string" && /^[1-5]\d\d$/.test(value) ? Number(value) : value;
  return typeof code === "number" && code >= 100 && code <= 599 ? code : undefined;
}

/**
 * Classes of the providers' SDKs that stand for one HTTP status each, and the names by which their APIs refuse a request.
 * Not here: `APIError`, `APIStatusError`, `AI_APICallError`, `api_error`, which also stand for an answer that broke off.
 */
const REFUSALS = new Set([
  "BadRequestError",
  "AuthenticationError",
  "PermissionDeniedError",
  "NotFoundError",
  "ConflictError",
  "UnprocessableEntityError",
  "RequestTooLargeError",
  "RateLimitError",
  "InternalServerError",
  "ServiceUnavailableError",
  "OverloadedError",
  "ContextWindowExceededError",
  "ContentPolicyViolationError",
  "ThrottlingException",
  "ValidationException",
  "AccessDeniedException",
  "ResourceNotFoundException",
  "ServiceQuotaExceededException",
  "invalid_request_error",
  "authentication_error",
  "permission_error",
  "not_found_error",
  "request_too_large",
  "rate_limit_error",
  "rate_limit_exceeded",
  "insufficient_quota",
]);

/** Python gives a class with its module: `openai.RateLimitError`. */
function isRefusalType(type: AttributeValue | undefined): boolean {
  return typeof type === "string" && REFUSALS.has(type.slice(type.lastIndexOf(".") + 1));
}

/** As far as a code is looked for: what follows may quote anything. */
const MAX_MESSAGE = 300;
/** `404 The model …`, `Error: 400 …`, `INVALID_ARGUMENT: 400 …`, but no `500 ms`. */
const LEADING = /^(?:(?:[\w.]*(?:Error|Exception)|[A-Z_]+): ){0,2}([45]\d\d)(?![\w.]| ?(?:ms|s|sec|seconds|tokens)\b)/;
/** `Error code: 429 - …`, `Request failed with status code 401`, `got status: 503`, `HTTP 429`, `{"error":{"code":400,`. */
const NAMED = /\b(?:status(?:[ _]?code)?|error code|http(?:\/[\d.]+)?|code")[ :=]{1,3}([45]\d\d)\b/i;

function codeIn(message: string): number | undefined {
  const start = message.slice(0, MAX_MESSAGE);
  const found = LEADING.exec(start) ?? NAMED.exec(start);
  return found === null ? undefined : Number(found[1]);
}
