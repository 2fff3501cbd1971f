import type { Message, MessagePart, RunEvent } from "#lib/api.ts";

type Fields = { [field: string]: unknown };
type TextPart = Extract<MessagePart, { type: "text" }>;
interface Call {
  part: Extract<MessagePart, { type: "tool_call" }>;
  json: string;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The conversation that AG-UI's events tell piece by piece. Takes events in the order of the log. */
export class Spoken {
  readonly #messages: Message[] = [];
  /** By message id; the newest also without one. */
  readonly #texts = new Map<string, TextPart>();
  readonly #calls = new Map<string, Call>();
  /** Calls whose arguments grew: parsing them at every piece would take a long one's length squared. */
  readonly #grown = new Set<Call>();
  #lastText = "";
  #lastCall = "";

  get messages(): Message[] {
    for (const call of this.#grown) call.part.arguments = parsed(call.json);
    this.#grown.clear();
    return this.#messages;
  }

  /** @returns whether the event said something */
  take({ type, data }: Pick<RunEvent, "type" | "data">): boolean {
    const fields = (data ?? {}) as Fields;
    switch (type) {
      case "RUN_STARTED":
        return this.#whole((fields.input as Fields | undefined)?.messages);
      case "MESSAGES_SNAPSHOT":
        return this.#whole(fields.messages);
      case "TEXT_MESSAGE_START":
      case "TEXT_MESSAGE_CONTENT":
      case "TEXT_MESSAGE_CHUNK": {
        this.#lastText = text(fields.messageId) || this.#lastText;
        this.#textOf(this.#lastText, text(fields.role)).text += text(fields.delta);
        return true;
      }
      case "TOOL_CALL_START":
      case "TOOL_CALL_ARGS":
      case "TOOL_CALL_CHUNK": {
        this.#lastCall = text(fields.toolCallId) || this.#lastCall;
        const call = this.#callOf(this.#lastCall, text(fields.toolCallName));
        call.json += text(fields.delta);
        if (call.json !== "") this.#grown.add(call);
        return true;
      }
      case "TOOL_CALL_RESULT":
        this.#result(text(fields.toolCallId), fields.content);
        return true;
      default:
        return false;
    }
  }

  /** Messages that came whole. Each of a thread's runs repeats those before: an id is taken once. */
  #whole(messages: unknown): boolean {
    if (!Array.isArray(messages)) return false;
    for (const message of messages as Fields[]) {
      const id = text(message.id);
      if (id !== "" && this.#texts.has(id)) continue;
      const { content } = message;
      if (message.role === "tool") {
        this.#texts.set(id, { type: "text", text: "" });
        this.#result(text(message.toolCallId), content);
        continue;
      }
      if (content || id === "")
        this.#textOf(id, text(message.role)).text += typeof content === "string" ? content : JSON.stringify(content);
      for (const call of Array.isArray(message.toolCalls) ? (message.toolCalls as Fields[]) : []) {
        const { name, arguments: json } = (call.function ?? {}) as Fields;
        if (!this.#calls.has(text(call.id)))
          this.#callOf(text(call.id), text(name)).part.arguments = parsed(text(json));
      }
    }
    return messages.length > 0;
  }

  #textOf(id: string, role: string): TextPart {
    const known = id === "" ? undefined : this.#texts.get(id);
    if (known) return known;
    const part: TextPart = { type: "text", text: "" };
    this.#messages.push({ role: role || "assistant", parts: [part] });
    this.#texts.set(id, part);
    return part;
  }

  #callOf(id: string, name: string): Call {
    const known = this.#calls.get(id);
    if (known) return known;
    const part: Call["part"] = { type: "tool_call", id, name: name || "a tool", arguments: {} };
    this.#messages.push({ role: "assistant", parts: [part] });
    const call = { part, json: "" };
    this.#calls.set(id, call);
    return call;
  }

  #result(id: string, content: unknown): void {
    const result = typeof content === "string" ? parsed(content) : content;
    this.#messages.push({ role: "tool", parts: [{ type: "tool_result", id, result }] });
  }
}

/** What is not yet whole, or no JSON at all, is shown as it came. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
