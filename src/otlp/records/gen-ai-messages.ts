import type { LogRecord } from "../../events/log-record.ts";
import { isObject, message, partsOf } from "../conventions/messages.ts";
import { jsonOrText } from "../conventions/values.ts";
import type { Message } from "../model.ts";
import { orNull, type RecordSource } from "./source.ts";

type Json = { [key: string]: unknown };

/** The events, and the role of a message that does not say its own. */
const ROLES = new Map<string, string>([
  ["gen_ai.system.message", "system"],
  ["gen_ai.user.message", "user"],
  ["gen_ai.assistant.message", "assistant"],
  ["gen_ai.tool.message", "tool"],
  ["gen_ai.choice", "assistant"],
]);

/**
 * OpenTelemetry's GenAI events of 1.28 to 1.36: a record for each message of the request and each choice of the answer. The
 * content is in the body, as a map or its JSON; some libraries write it into attributes.
 */
export const genAiMessages: RecordSource = {
  name: "gen_ai.messages",

  detect: (record) => record.event_name !== undefined && ROLES.has(record.event_name),

  content(records) {
    const input: Message[] = [];
    const output: Message[] = [];
    for (const record of records) {
      // Without leave to record content, libraries still send the roles: that is no conversation to show.
      const said = messagesOf(record).filter((one) => one.parts.length > 0);
      (record.event_name === "gen_ai.choice" ? output : input).push(...said);
    }
    return { input: orNull(input), output: orNull(output) };
  },
};

/** Mostly one message; Google's library sends all of a request in one record. */
function messagesOf(record: LogRecord): Message[] {
  const fields = fieldsOf(record);
  if (fields === null) return [];
  const choice = jsonOrText(fields.message);
  const said: Json = isObject(choice) ? choice : choice === undefined || choice === null ? fields : { content: choice };
  const byDefault = ROLES.get(record.event_name as string) as string;
  const role = roleOf(said) ?? byDefault;
  const common = { ...finishReason(fields), ...said, role };
  const found = withParts(said.content)?.map((one) => ({ ...common, ...one, role: roleOf(one) ?? role })) ?? [
    {
      ...common,
      // OpenLLMetry puts the calls beside the message.
      tool_calls: jsonOrText(said.tool_calls ?? fields.tool_calls),
      // Under `id` a tool's answer says which call it answers; on another message it is the message's own.
      tool_call_id: said.tool_call_id ?? (byDefault === "tool" ? said.id : undefined),
    },
  ];
  return found.map(message).filter((one) => one !== null);
}

function roleOf(fields: Json): string | undefined {
  return typeof fields.role === "string" && fields.role !== "" ? fields.role : undefined;
}

function finishReason({ finish_reason }: Json): Json {
  return typeof finish_reason === "string" ? { finish_reason } : {};
}

/** Google's `{role, parts}`, alone or in a list, where others have the content. */
function withParts(content: unknown): Json[] | null {
  const list = Array.isArray(content) ? content : [content];
  return list.length > 0 && list.every((item) => isObject(item) && Array.isArray(item.parts)) ? list : null;
}

const CONTENT = ["content", "parts", "message", "tool_calls"] as const;
/** By one of these a map is told to be an event's fields, and not the content itself. */
const FIELDS = [...CONTENT, "role", "finish_reason", "index", "id"] as const;

/** The event's fields, wherever they were put; null if it has none. */
function fieldsOf({ body, attributes, event_name }: LogRecord): Json | null {
  // The name as body is a label for those who read the log.
  const places = [body === event_name ? null : body, attributes["gen_ai.event.content"]];
  for (const place of places) {
    const value = jsonOrText(place);
    if (isObject(value) && hasOneOf(FIELDS, value)) return value;
  }
  if (hasOneOf(CONTENT, attributes)) return attributes;
  for (const place of places) {
    if (partsOf(place).length === 0 || isEmpty(place)) continue;
    const value = jsonOrText(place);
    // A text that happens to be JSON is still what was said, but for a list of parts.
    return { ...attributes, content: Array.isArray(value) && value.every(isObject) ? value : place };
  }
  return null;
}

function hasOneOf(names: readonly string[], value: Json): boolean {
  return names.some((name) => Object.hasOwn(value, name));
}

function isEmpty(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}
