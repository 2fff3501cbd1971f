import type { LogRecord } from "../../events/log-record.ts";
import type { AttributeValue } from "../../events/span.ts";
import { requestMessages, responseMessages } from "../conventions/exchange.ts";
import { whole } from "../conventions/gen-ai-old.ts";
import { isObject } from "../conventions/messages.ts";
import type { Message } from "../model.ts";
import { orNull, type RecordSource } from "./source.ts";

const PROMPT = "gen_ai.content.prompt";
const COMPLETION = "gen_ai.content.completion";

/** OpenTelemetry's first GenAI events, before 1.28: the prompt and the completion, each as one value. */
export const genAiContent: RecordSource = {
  name: "gen_ai.content",

  detect: ({ event_name }) => event_name === PROMPT || event_name === COMPLETION,

  content(records) {
    const input: Message[] = [];
    const output: Message[] = [];
    for (const record of records) {
      if (record.event_name === PROMPT) {
        input.push(...(whole(sentIn(record, "gen_ai.prompt"), "user", requestMessages) ?? []));
      } else {
        output.push(...(whole(sentIn(record, "gen_ai.completion"), "assistant", responseMessages) ?? []));
      }
    }
    return { input: orNull(input), output: orNull(output) };
  },
};

/** The attribute by the convention; in its absence the body, which some fill instead. */
function sentIn({ body, attributes, event_name }: LogRecord, key: string): AttributeValue | undefined {
  const sent = attributes[key];
  if (sent !== undefined) return sent;
  if (!isObject(body)) return body === event_name ? undefined : body;
  const fields = body as { [key: string]: AttributeValue };
  return fields[key] ?? fields.content ?? (Object.keys(fields).length > 0 ? body : undefined);
}
