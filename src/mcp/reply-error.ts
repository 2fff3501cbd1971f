import type { CallToolResult } from "@modelcontextprotocol/server";
import { toAppError } from "../http/reply-error.ts";

/** An error as a tool's answer: a model reads what happened and what to do. */
export function toolError(thrown: unknown, requestId: string): CallToolResult {
  const { code, message, details } = toAppError(thrown, requestId);
  const more = details === undefined ? "" : `\n${JSON.stringify(details)}`;
  return { isError: true, content: [{ type: "text", text: `${code}: ${message}${more} (request ${requestId})` }] };
}
