import type { Message, MessagePart } from "../model.ts";
import { jsonOrText, parseJson } from "./values.ts";

type Json = { [key: string]: unknown };

/**
 * Messages out of a value in any of the shapes that clients use: OpenTelemetry's `{role, parts}`, OpenAI's and
 * Anthropic's `{role, content}`, LangChain's serialised messages; a list of them, one alone, or their JSON text.
 * null if it holds none. Never throws.
 */
export function messages(value: unknown): Message[] | null {
  const read = typeof value === "string" ? parseJson(value) : value;
  if (Array.isArray(read)) {
    const found: Message[] = [];
    for (const item of read) {
      const one = message(item);
      if (one === null) return null;
      found.push(one);
    }
    return found.length > 0 ? found : null;
  }
  const one = message(read);
  return one === null ? null : [one];
}

/** One message; null if the value is none (it has no role). */
export function message(value: unknown): Message | null {
  if (!isObject(value)) return null;
  const raw = langChainFields(value);
  const role = raw.role;
  if (typeof role !== "string" || role === "") return null;
  const parts = partsOf(raw.parts ?? raw.content);
  for (const call of toolCalls(raw.tool_calls)) parts.push(call);
  const callId = raw.tool_call_id ?? raw.toolCallId;
  const read: Message = { role, parts };
  const answersCall = role === "tool" || (role === "user" && callId !== undefined && callId !== null);
  if (answersCall && !parts.some((one) => one.type === "tool_result")) {
    const only = parts.length === 1 ? parts[0] : undefined;
    const result = only?.type === "text" ? only.text : raw.content;
    if (result !== undefined) read.parts = [toolResult(text(callId), text(raw.name), result)];
  }
  if (typeof raw.finish_reason === "string") read.finish_reason = raw.finish_reason;
  return read;
}

/** Parts of a message's content: a string, a list of parts, or one part. Never throws. */
export function partsOf(content: unknown): MessagePart[] {
  if (content === undefined || content === null || content === "") return [];
  if (typeof content === "string") return [{ type: "text", text: content }];
  const parts = Array.isArray(content) ? content.map(part) : [part(content)];
  return parts.filter(saysSomething);
}

function saysSomething(part: MessagePart): boolean {
  return (part.type !== "text" && part.type !== "reasoning") || part.text !== "";
}

function part(value: unknown): MessagePart {
  if (typeof value === "string") return { type: "text", text: value };
  if (!isObject(value)) return { type: "json", value };
  const id = text(value.id) ?? text(value.tool_use_id) ?? text(value.toolCallId) ?? text(value.call_id);
  const name = text(value.name) ?? text(value.toolName);
  switch (value.type) {
    case "text":
    case "input_text":
    case "output_text": {
      const said = value.content ?? value.text;
      return typeof said === "string" ? { type: "text", text: said } : { type: "json", value };
    }
    case "reasoning":
    case "thinking": {
      const thought = value.content ?? value.text ?? value.thinking;
      return typeof thought === "string" ? { type: "reasoning", text: thought } : { type: "json", value };
    }
    case "tool_call":
    case "tool-call":
    case "tool_use":
    case "function_call":
      return toolCall(id, name, value.arguments ?? value.input ?? value.args);
    case "tool-result":
      return toolResult(id, name, unwrapped(value.output) ?? value.result);
    case "tool_call_response":
    case "tool_result":
    case "function_call_output":
      return toolResult(id, name, value.response ?? value.result ?? value.output ?? value.content);
    case "image":
    case "image_url":
    case "input_image":
    case "blob":
    case "uri":
      return image(value) ?? { type: "json", value };
    case undefined:
      return untyped(value);
    default:
      return { type: "json", value };
  }
}

/** Vercel's AI SDK says of a tool's output what it is: `{type: "json", value}`. */
function unwrapped(output: unknown): unknown {
  return isObject(output) && typeof output.type === "string" && "value" in output ? output.value : output;
}

/** A part that is told by its one field, as Gemini's, Bedrock's and Genkit's are. */
function untyped(value: Json): MessagePart {
  if (typeof value.text === "string") {
    return value.thought === true ? { type: "reasoning", text: value.text } : { type: "text", text: value.text };
  }
  if (typeof value.reasoning === "string") return { type: "reasoning", text: value.reasoning };
  const call = value.toolRequest ?? value.functionCall ?? value.toolUse;
  if (isObject(call)) return toolCall(idOf(call), text(call.name), call.input ?? call.args);
  const result = value.toolResponse ?? value.functionResponse ?? value.toolResult;
  if (isObject(result)) {
    return toolResult(idOf(result), text(result.name), result.output ?? result.response ?? result.content);
  }
  if (isObject(value.media)) {
    const { media } = value;
    return image({ url: media.url, mime_type: media.contentType }) ?? { type: "json", value };
  }
  if (isObject(value.inlineData)) {
    const { inlineData } = value;
    return image({ source: { data: inlineData.data, media_type: inlineData.mimeType } }) ?? { type: "json", value };
  }
  return { type: "json", value };
}

function idOf(value: Json): string | undefined {
  return text(value.ref) ?? text(value.id) ?? text(value.toolUseId);
}

function image(value: Json): MessagePart | null {
  const mime = text(value.mime_type) ?? text(value.mimeType) ?? text(value.mediaType);
  // A blob or uri part of another modality (audio, a file) is no image.
  if (typeof value.modality === "string" && value.modality !== "image") return null;
  const nested = isObject(value.image_url) ? value.image_url.url : value.image_url;
  const source = isObject(value.source) ? value.source : {};
  const url = text(nested) ?? text(value.url) ?? text(value.uri) ?? text(source.url) ?? text(value.image);
  const type = mime ?? text(source.media_type);
  const data = text(source.data) ?? (value.type === "blob" ? text(value.content) : undefined);
  const whole = url ?? (data === undefined ? undefined : `data:${type ?? "application/octet-stream"};base64,${data}`);
  return {
    type: "image",
    ...(whole === undefined ? {} : { url: whole }),
    ...(type === undefined ? {} : { mime_type: type }),
  };
}

function toolCalls(value: unknown): MessagePart[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map((call) => {
    const inner = isObject(call.function) ? call.function : call;
    return toolCall(
      text(call.id) ?? text(call.toolCallId),
      text(inner.name) ?? text(inner.toolName),
      inner.arguments ?? inner.args ?? inner.input,
    );
  });
}

/** A call of a tool; arguments that are JSON text are parsed. */
export function toolCall(
  id: string | undefined,
  name: string | undefined,
  args: unknown,
): MessagePart & { type: "tool_call" } {
  return {
    type: "tool_call",
    ...(id === undefined ? {} : { id }),
    name: name ?? "",
    arguments: jsonOrText(args ?? null),
  };
}

/** What a tool gave back; a result that is JSON text is parsed, one inside a LangChain message is taken out. */
export function toolResult(id: string | undefined, name: string | undefined, result: unknown): ToolResult {
  const value = jsonOrText(result ?? null);
  const inner = isObject(value) && isObject(value.output) ? value.output : value;
  if (isObject(inner) && inner.lc !== undefined) {
    const found = message(inner)?.parts[0];
    if (found?.type === "tool_result") return { ...found, ...(id === undefined ? {} : { id }) };
  }
  return {
    type: "tool_result",
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    result: value,
  };
}

type ToolResult = MessagePart & { type: "tool_result" };

const LANGCHAIN_ROLES: { [type: string]: string } = {
  human: "user",
  HumanMessage: "user",
  ai: "assistant",
  AIMessage: "assistant",
  AIMessageChunk: "assistant",
  SystemMessage: "system",
  ToolMessage: "tool",
  FunctionMessage: "tool",
};

/** LangChain writes `{lc, type: "constructor", id: [..., "HumanMessage"], kwargs: {content}}`; others pass through. */
function langChainFields(value: Json): Json {
  if (value.lc === undefined || !isObject(value.kwargs) || !Array.isArray(value.id)) return value;
  const type = value.id.at(-1);
  const role = typeof type === "string" && Object.hasOwn(LANGCHAIN_ROLES, type) ? LANGCHAIN_ROLES[type] : undefined;
  return role === undefined ? value : { ...value.kwargs, role };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
