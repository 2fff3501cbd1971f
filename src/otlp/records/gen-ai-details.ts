import type { LogRecord } from "../../events/log-record.ts";
import type { Attributes } from "../../events/span.ts";
import { fromMessages } from "../conventions/gen-ai.ts";
import { isObject } from "../conventions/messages.ts";
import type { SpanContent } from "../model.ts";
import type { RecordSource } from "./source.ts";

/**
 * OpenTelemetry's GenAI event since 1.37: the messages in the names that a span's attributes have. Some send it twice, with
 * the input when a call starts and with the output when it ends.
 */
export const genAiDetails: RecordSource = {
  name: "gen_ai.details",

  detect: (record) => record.event_name === "gen_ai.client.inference.operation.details",

  content(records) {
    const content: SpanContent = { input: null, output: null };
    for (const record of records) {
      const { input, output } = fromMessages(fieldsOf(record));
      content.input = input ?? content.input;
      content.output = output ?? content.output;
    }
    return content;
  },
};

/** The event's fields: attributes by the convention, but a body that is a map was the older place. */
function fieldsOf({ body, attributes }: LogRecord): Attributes {
  return isObject(body) ? ({ ...body, ...attributes } as Attributes) : attributes;
}
