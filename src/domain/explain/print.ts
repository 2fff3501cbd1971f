import { createHash } from "node:crypto";
import type { Message, MessagePart } from "../../otlp/model.ts";

/** What messages are recognised by when they come again, without keeping them. */
export interface Print {
  chars: number;
  /** The same for the same messages. */
  exact: string;
  /** The same for messages that differ in spaces, signs and letters' case only. */
  loose: string;
  /** The same for messages that differ in numbers as well, such as a prompt with the time in it. */
  words: string;
  /** Message by message, for beginnings that are the same. */
  parts: { chars: number; hash: string }[];
}

/** The print of messages; null if there are none. */
export function printOf(messages: readonly Message[] | null): Print | null {
  if (messages === null || messages.length === 0) return null;
  const texts = messages.map(textOf);
  const whole = texts.join("\n");
  const letters = whole.toLowerCase();
  return {
    chars: texts.reduce((sum, text) => sum + text.length, 0),
    exact: hash(whole),
    loose: hash(letters.replace(/[^\p{L}\p{N}]+/gu, "")),
    words: hash(letters.replace(/\P{L}+/gu, "")),
    parts: texts.map((text) => ({ chars: text.length, hash: hash(text) })),
  };
}

/** Characters with which two lists of messages begin alike: whole messages only. */
export function sharedChars(a: Print, b: Print): number {
  let chars = 0;
  for (const [n, part] of b.parts.entries()) {
    if (a.parts[n]?.hash !== part.hash) break;
    chars += part.chars;
  }
  return chars;
}

/** What messages say, without who says it. */
export function wordsOf(messages: readonly Message[]): string {
  return messages.map(({ parts }) => parts.map(partText).join("\n")).join("\n");
}

/** A message as text, without the ids that a call of a tool is given each time anew. */
function textOf({ role, parts }: Message): string {
  return `${role}: ${parts.map(partText).join("\n")}`;
}

function partText(part: MessagePart): string {
  switch (part.type) {
    case "text":
    case "reasoning":
      return part.text;
    case "tool_call":
      return `${part.name} ${JSON.stringify(part.arguments)}`;
    case "tool_result":
      return JSON.stringify(part.result) ?? "";
    case "json":
      return JSON.stringify(part.value) ?? "";
    case "image":
      return part.url ?? part.mime_type ?? "image";
  }
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}
