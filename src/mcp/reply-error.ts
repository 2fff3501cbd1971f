import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
} from "@modelcontextprotocol/server";
import { ERROR_CODES } from "../errors.ts";
import { toAppError } from "../http/reply-error.ts";

/** An error as a tool's answer: a model reads what happened and what to do. */
export function toolError(thrown: unknown, requestId: string): CallToolResult {
  const { code, message, details } = toAppError(thrown, requestId);
  const more = details === undefined ? "" : `\n${JSON.stringify(details)}`;
  return { isError: true, content: [{ type: "text", text: `${code}: ${message}${more} (request ${requestId})` }] };
}

/** An error of a list, a resource or a prompt, where the protocol has no answer of its own for failures. */
export function protocolError(thrown: unknown, requestId: string, uri?: string): ProtocolError {
  if (thrown instanceof ProtocolError) return thrown;
  const { code, message } = toAppError(thrown, requestId);
  const status = ERROR_CODES[code];
  const text = `${code}: ${message} (request ${requestId})`;
  if (status === 404 && uri !== undefined) return new ResourceNotFoundError(uri, text);
  return new ProtocolError(status < 500 ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError, text);
}
