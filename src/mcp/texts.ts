import type { SpanDetail } from "../domain/runs/schema.ts";

type Message = NonNullable<SpanDetail["input"]>[number];

/** A piece of a longer text, and how to get the rest. */
export interface Piece {
  text: string;
  /** Characters of the whole. */
  chars: number;
  /** Where the rest begins; null if this is the end. */
  next_offset: number | null;
}

/** `most` characters of a text from `offset` on, never half of a character. */
export function pieceOf(text: string, offset: number, most: number): Piece {
  let end = Math.min(text.length, offset + most);
  if (end < text.length && text.charCodeAt(end - 1) >> 10 === 0x36) end -= 1;
  return { text: text.slice(offset, end), chars: text.length, next_offset: end < text.length ? end : null };
}

/** Messages as a person would write them down: `role: text`, tool calls and results marked as such. null if there are none. */
export function messagesText(messages: SpanDetail["input"]): string | null {
  if (messages === null) return null;
  return messages
    .map(({ role, parts, finish_reason }) => {
      const end = finish_reason && finish_reason !== "stop" ? ` (ended: ${finish_reason})` : "";
      return `${role}: ${parts.map(partText).join("\n")}${end}`;
    })
    .join("\n\n");
}

function partText(part: Message["parts"][number]): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "reasoning":
      return `(reasoning) ${part.text}`;
    case "tool_call":
      return `(calls ${part.name}) ${asText(part.arguments)}`;
    case "tool_result":
      return `(result${part.name ? ` of ${part.name}` : ""}) ${asText(part.result)}`;
    case "json":
      return asText(part.value);
    case "image":
      return `(image${part.mime_type ? ` ${part.mime_type}` : ""})`;
  }
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
