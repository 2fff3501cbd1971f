import type { AttributeValue } from "../../events/span.ts";

// Readers of attribute values: each gives undefined for a value of another type, so that one odd attribute of a client
// costs that field and nothing else.

/** A string with something in it. */
export function text(value: AttributeValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Longest fact that is kept, in UTF-16 units. Facts become columns and keys: a sender that puts a whole document into its
 * session id must not make a row that the database refuses. The attribute itself stays whole.
 */
const MAX_LABEL = 500;
/** Most tags that are kept of a span. */
const MAX_TAGS = 50;

/** A string for a fact: a name or an id, not a text. */
export function label(value: AttributeValue | undefined): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  return cut(value, MAX_LABEL);
}

/** A label that some senders give as a number: the version of a prompt. */
export function labelOrNumber(value: AttributeValue | undefined): string | undefined {
  return typeof value === "number" ? String(value) : label(value);
}

/** The first line of a text. */
export function firstLine(text: string): string {
  return cut(text.trim().split(/[\r\n]/, 1)[0] as string, MAX_LABEL);
}

/** A text of at most this many UTF-16 units. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  // Not in the middle of a surrogate pair.
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** Labels of a list, whether it came as a list or as its JSON text. */
export function labels(value: AttributeValue | undefined): string[] | undefined {
  const texts = textList(value)?.slice(0, MAX_TAGS);
  return texts?.map((text) => cut(text, MAX_LABEL));
}

/** Labels of a text in which they stand between commas. */
export function labelsOfText(value: AttributeValue | undefined): string[] | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  const found = value.split(",", MAX_TAGS).map((tag) => tag.trim());
  return labels(found.filter((tag) => tag !== ""));
}

/** A count of 0 or more; some clients send their integers as strings. */
export function count(value: AttributeValue | undefined): number | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  return typeof value === "string" && /^[0-9]{1,15}$/.test(value) ? Number(value) : undefined;
}

/** A finite number of 0 or more. */
export function amount(value: AttributeValue | undefined): number | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}

/** Strings of a list, whether it came as a list or as its JSON text. */
export function textList(value: AttributeValue | undefined): string[] | undefined {
  const list = typeof value === "string" && value.startsWith("[") ? parseJson(value) : value;
  if (!Array.isArray(list)) return undefined;
  const texts = list.filter((item): item is string => typeof item === "string");
  return texts.length > 0 ? texts : undefined;
}

/** Deepest nesting that is parsed out of a string; what lies deeper stays text, as no reader could walk it safely. */
const MAX_JSON_DEPTH = 64;

/** How a JSON text begins. Most values are plain words, and an engine takes 20 µs to throw what says that they are no JSON. */
const MAYBE_JSON = /^\s*(?:[{["\d-]|(?:true|false|null)\s*$)/;

/** The value of a JSON text, or undefined if it is none or is nested too deep. */
export function parseJson(json: string): unknown {
  if (!MAYBE_JSON.test(json) || tooDeep(json)) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The value of a JSON text, or the text itself if it is none. */
export function jsonOrText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const first = value.trimStart()[0];
  if (first !== "{" && first !== "[" && first !== '"') return value;
  return parseJson(value) ?? value;
}

/** How often a text opens a bracket; counts no further than matters. */
function opens(json: string, bracket: string): number {
  let count = 0;
  for (let at = json.indexOf(bracket); at >= 0 && count <= MAX_JSON_DEPTH; at = json.indexOf(bracket, at + 1)) count++;
  return count;
}

/** Whether a JSON text is nested deeper than a reader can walk safely. */
export function tooDeep(json: string): boolean {
  // Most texts open fewer brackets than that in all, which the engine's own search finds out much sooner than a walk.
  if (opens(json, "{") + opens(json, "[") <= MAX_JSON_DEPTH) return false;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (inString) {
      if (code === 92) i++;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 91 || code === 123) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (code === 93 || code === 125) depth--;
  }
  return false;
}
