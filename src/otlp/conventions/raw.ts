import type { AttributeValue } from "../../events/span.ts";
import type { Message, SpanContent } from "../model.ts";
import { requestMessages, responseMessages } from "./exchange.ts";
import { jsonOrText } from "./values.ts";

/**
 * What a span recorded as one input and one output value: as messages if they hold a conversation, else each as one
 * message of the role `input` or `output`. On a call to a model a bare text is what the user or the assistant said.
 */
export function rawContent(
  input: AttributeValue | undefined,
  output: AttributeValue | undefined,
  call = false,
): SpanContent {
  return {
    input: rawMessages(input, "input", call ? "user" : "input", requestMessages),
    output: rawMessages(output, "output", call ? "assistant" : "output", responseMessages),
  };
}

function rawMessages(
  sent: AttributeValue | undefined,
  role: "input" | "output",
  speaker: string,
  read: (exchange: unknown) => Message[] | null,
): Message[] | null {
  if (sent === undefined || sent === null || sent === "") return null;
  const value = jsonOrText(sent);
  if (typeof value === "string") return [{ role: speaker, parts: [{ type: "text", text: value }] }];
  return read(value) ?? [{ role, parts: [{ type: "json", value }] }];
}
