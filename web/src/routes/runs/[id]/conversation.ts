import type { Message, MessagePart } from "#lib/api.ts";
import { pretty } from "#lib/text-cut.ts";

/** A part of a message as text on the page. Nothing in it is ever read as HTML. */
export interface ShownPart {
  kind: "text" | "reasoning" | "tool_call" | "tool_result" | "json" | "image";
  title: string | null;
  text: string;
  /** Set for images that travel inside the message; others are not fetched. */
  image?: string;
  /** What a tool gave back, beside the call that asked for it. */
  result?: ShownPart;
}

/** A message as the page shows it: results of tools stand beside their calls, so some messages have nothing left. */
export interface Turn {
  role: string;
  finishReason: string | null;
  parts: ShownPart[];
}

const INLINE_IMAGE = /^data:image\/(png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=]+$/;

export function shownPart(part: MessagePart): ShownPart {
  switch (part.type) {
    case "text":
      return { kind: "text", title: null, text: part.text };
    case "reasoning":
      return { kind: "reasoning", title: "Reasoning", text: part.text };
    case "tool_call":
      return { kind: "tool_call", title: part.name, text: pretty(part.arguments ?? {}) };
    case "tool_result":
      return { kind: "tool_result", title: part.name ?? "a tool", text: pretty(part.result ?? null) };
    case "image":
      return image(part.url, part.mime_type);
    case "json":
      return { kind: "json", title: null, text: pretty(part.value ?? null) };
    default:
      // A newer API may send parts that this page does not know.
      return { kind: "json", title: (part as { type: string }).type, text: pretty(part) };
  }
}

function image(url: string | undefined, mime: string | undefined): ShownPart {
  const title = `Image${mime ? ` (${mime})` : ""}`;
  if (url === undefined) return { kind: "image", title, text: "The image was not recorded." };
  if (INLINE_IMAGE.test(url)) return { kind: "image", title, text: "", image: url };
  return { kind: "image", title, text: url };
}

/** Messages in their order, each result of a tool moved to the call that it answers. */
export function turnsOf(messages: Message[]): Turn[] {
  const turns: Turn[] = [];
  const open: OpenCall[] = [];
  for (const message of messages) {
    const parts: ShownPart[] = [];
    for (const part of message.parts) {
      const shown = shownPart(part);
      const call = part.type === "tool_result" ? takeCall(open, part) : undefined;
      if (call) call.shown.result = { ...shown, title: call.part.name };
      else parts.push(shown);
      if (part.type === "tool_call") open.push({ part, shown });
    }
    if (parts.length > 0 || message.parts.length === 0)
      turns.push({ role: message.role, finishReason: message.finish_reason ?? null, parts });
  }
  return turns;
}

type ToolCall = Extract<MessagePart, { type: "tool_call" }>;
type ToolResult = Extract<MessagePart, { type: "tool_result" }>;
interface OpenCall {
  part: ToolCall;
  shown: ShownPart;
}

/** The call that a result answers: by id; where one of them has none, by name; without a name, the oldest open one. */
function takeCall(open: OpenCall[], result: ToolResult): OpenCall | undefined {
  const fits = ({ part }: OpenCall) =>
    part.id !== undefined && result.id !== undefined
      ? part.id === result.id
      : result.name === undefined || part.name === result.name;
  const at = open.findIndex(fits);
  return at === -1 ? undefined : open.splice(at, 1)[0];
}

/** Text of a whole message, for the clipboard. */
export function turnText(turn: Turn): string {
  return turn.parts.map(partText).join("\n\n");
}

function partText({ title, text, result }: ShownPart): string {
  const own = title ? `${title}\n${text}` : text;
  return result ? `${own}\n\nResult\n${result.text}` : own;
}

const HEAD = 1;
const TAIL = 6;

/** The middle of a long history is folded away: what matters is the instruction and what was said last. */
export function foldRange(length: number): { from: number; to: number } | null {
  return length > HEAD + TAIL + 2 ? { from: HEAD, to: length - TAIL } : null;
}
