import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
} from "@modelcontextprotocol/server";
import type { Ctx } from "../context.ts";
import { ERROR_CODES } from "../errors.ts";
import { toAppError } from "../http/reply-error.ts";

/** An error as a tool's answer: a model reads what happened and what to do. */
export function toolError(thrown: unknown, requestId: string): CallToolResult {
  const { code, message, details } = toAppError(thrown, requestId);
  const more = details === undefined ? "" : `\n${JSON.stringify(details)}`;
  return { isError: true, content: [{ type: "text", text: `${code}: ${message}${more} (request ${requestId})` }] };
}

/** Work for a list, a resource or a completion, whose failures the protocol tells. @throws ProtocolError */
export async function told<T>(ctx: Pick<Ctx, "requestId">, work: Promise<T>, uri?: URL): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw protocolError(error, ctx.requestId, uri?.href);
  }
}

function protocolError(thrown: unknown, requestId: string, uri?: string): ProtocolError {
  if (thrown instanceof ProtocolError) return thrown;
  const { code, message } = toAppError(thrown, requestId);
  const status = ERROR_CODES[code];
  const text = `${code}: ${message} (request ${requestId})`;
  if (status === 404 && uri !== undefined) return new ResourceNotFoundError(uri, text);
  return new ProtocolError(status < 500 ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError, text);
}
