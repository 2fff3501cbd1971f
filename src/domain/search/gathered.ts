import { indexed, SENT_BREAK } from "./words.ts";

/** Levels of a value that are looked into. */
const MAX_DEPTH = 8;

/** A text that is JSON is read as such up to this length: escapes and braces are no words. */
const JSON_CHARS = 10_000;

/** What is left of a length after whole words were taken: too little to read another value for. */
const REST_CHARS = 30;

/** Fields that hold no words. */
const NO_WORDS = /^(id|type|role|timestamp|.*(Id|_id))$/;

/** Texts that come together up to a length, each once: a conversation is repeated by every call of it. */
export class Gathered {
  readonly #texts: string[];
  readonly #seen: Set<string>;
  readonly #most: number;
  readonly #whole: Gathered | null;
  #left: number;

  /** @param left characters in all; @param most characters of one value */
  constructor(left: number, most: number, whole: Gathered | null = null) {
    this.#left = left;
    this.#most = most;
    this.#whole = whole;
    this.#texts = whole ? whole.#texts : [];
    this.#seen = whole ? whole.#seen : new Set();
  }

  /** A share of the same text. */
  within(chars: number): Gathered {
    return new Gathered(Math.min(chars, this.#left), this.#most, this);
  }

  get full(): boolean {
    return this.#left < REST_CHARS;
  }

  /** Adds the words of a value: a text, or all texts and numbers in it. */
  add(value: unknown): void {
    this.#take(value, Math.min(this.#most, this.#left), 0);
  }

  toString(): string {
    return this.#texts.join(` ${SENT_BREAK} `);
  }

  /** @returns characters that are left of this value */
  #take(value: unknown, left: number, depth: number): number {
    if (left <= 0 || depth > MAX_DEPTH) return left;
    if (typeof value === "number") return this.#text(String(value), left);
    if (typeof value === "string") {
      const json = fromJson(value);
      return json === undefined ? this.#text(value, left) : this.#take(json, left, depth + 1);
    }
    if (typeof value !== "object" || value === null) return left;
    for (const [field, each] of Object.entries(value)) {
      if (left <= 0) break;
      if (Array.isArray(value) || !NO_WORDS.test(field)) left = this.#take(each, left, depth + 1);
    }
    return left;
  }

  #text(value: string, left: number): number {
    const text = cut(value, left);
    if (text === "" || this.#seen.has(text)) return left;
    this.#seen.add(text);
    this.#texts.push(indexed(text));
    for (let each: Gathered | null = this; each; each = each.#whole) each.#left -= text.length;
    return left - text.length;
  }
}

function fromJson(text: string): object | undefined {
  const first = text[0];
  if ((first !== "{" && first !== "[") || text.length > JSON_CHARS) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/** The beginning of a text: whole words, as half a word would be found as one. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = text.slice(0, most + 1).search(/[^\p{L}\p{N}][\p{L}\p{N}]*$/u);
  return text.slice(0, end > most / 2 ? end : text.charCodeAt(most - 1) >> 10 === 0x36 ? most - 1 : most);
}
