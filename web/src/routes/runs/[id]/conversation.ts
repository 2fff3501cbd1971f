import type { Message, MessagePart } from "#lib/api.ts";
import { pretty } from "#lib/text-cut.ts";

/** A part of a message as text on the page. Nothing in it is ever read as HTML. */
export interface ShownPart {
  kind: "text" | "reasoning" | "tool_call" | "tool_result" | "json" | "image";
  title: string | null;
  text: string;
  /** Set for images that travel inside the message; others are not fetched. */
  image?: string;
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
      return { kind: "tool_result", title: part.name ?? "Result", text: pretty(part.result ?? null) };
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

/** Text of a whole message, for the clipboard. */
export function messageText(message: Message): string {
  return message.parts
    .map(shownPart)
    .map(({ title, text }) => (title ? `${title}\n${text}` : text))
    .join("\n\n");
}

const HEAD = 1;
const TAIL = 6;

/** The middle of a long history is folded away: what matters is the instruction and what was said last. */
export function foldRange(length: number): { from: number; to: number } | null {
  return length > HEAD + TAIL + 2 ? { from: HEAD, to: length - TAIL } : null;
}
