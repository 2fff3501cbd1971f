import type { SpanContent } from "../model.ts";
import { toolCall, toolResult } from "./messages.ts";

/** A tool's run as the call that was made and the result that came; undefined = not recorded. */
export function toolMessages(tool: {
  id: string | undefined;
  name: string | undefined;
  arguments: unknown;
  result: unknown;
}): SpanContent {
  const { id, name } = tool;
  return {
    input: tool.arguments === undefined ? null : [{ role: "assistant", parts: [toolCall(id, name, tool.arguments)] }],
    output: tool.result === undefined ? null : [{ role: "tool", parts: [toolResult(id, name, tool.result)] }],
  };
}
