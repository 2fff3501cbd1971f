import type { Message } from "../model.ts";
import { isObject, message, messages, partsOf } from "./messages.ts";

// Some clients record a model call as the whole request and response of the provider's API, or of a framework's own.

/** The messages of a request: a list of them, or an object that holds them; null if it is no such thing. */
export function requestMessages(request: unknown): Message[] | null {
  if (!isObject(request)) return messages(request);
  const lists = [request.messages, request.input, request.prompt];
  for (const sent of lists) {
    // LangChain gives a list of lists, one for each prompt of a batch.
    const list = Array.isArray(sent) && sent.length === 1 && Array.isArray(sent[0]) ? sent[0] : sent;
    const found = Array.isArray(list) ? messages(list) : typeof list === "string" ? said("user", list) : null;
    if (found === null) continue;
    const system = partsOf(request.system ?? request.instructions);
    return system.length > 0 && found[0]?.role !== "system" ? [{ role: "system", parts: system }, ...found] : found;
  }
  return message(request) === null ? null : messages(request);
}

/** The messages of a response: OpenAI's two APIs, Anthropic's, LangChain's, or a message itself; else null. */
export function responseMessages(response: unknown): Message[] | null {
  if (!isObject(response)) return messages(response);
  if (Array.isArray(response.choices)) {
    const found: Message[] = [];
    for (const choice of response.choices) {
      if (!isObject(choice)) return null;
      const one = message(choice.message) ?? (typeof choice.text === "string" ? say("assistant", choice.text) : null);
      if (one === null) return null;
      if (typeof choice.finish_reason === "string") one.finish_reason = choice.finish_reason;
      found.push(one);
    }
    return found.length > 0 ? found : null;
  }
  if (Array.isArray(response.output)) return messages(response.output) ?? responseItems(response.output);
  if (Array.isArray(response.generations)) {
    const first = response.generations.flat(1)[0];
    if (isObject(first)) return messages(first.message) ?? messages(first);
  }
  if (Array.isArray(response.messages)) return messages(response.messages);
  const one = message(response);
  if (one === null) return null;
  if (typeof response.stop_reason === "string") one.finish_reason = response.stop_reason;
  return [one];
}

/** OpenAI's Responses API: messages, calls and reasoning as items of one list; joined into one answer. */
function responseItems(items: unknown[]): Message[] | null {
  const answer: Message = { role: "assistant", parts: [] };
  for (const item of items) {
    if (!isObject(item)) return null;
    if (item.type === "message") answer.parts.push(...partsOf(item.content));
    else if (item.type === "reasoning") {
      const summary = partsOf(item.summary);
      for (const part of summary) {
        if (part.type === "json" && isObject(part.value) && typeof part.value.text === "string") {
          answer.parts.push({ type: "reasoning", text: part.value.text });
        } else answer.parts.push(part);
      }
    } else if (typeof item.type === "string") answer.parts.push(...partsOf([item]));
    else return null;
  }
  return answer.parts.length > 0 ? [answer] : null;
}

function said(role: string, text: string): Message[] | null {
  return text === "" ? null : [say(role, text)];
}

function say(role: string, text: string): Message {
  return { role, parts: [{ type: "text", text }] };
}
