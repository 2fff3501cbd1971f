type Json = { [field: string]: unknown };

/** A model's answer taken apart: prose, and the JSON object that it was asked to add. */
export interface SplitAnswer {
  prose: string;
  json: Json | null;
  /** The object as it was written. */
  raw: string | null;
}

const FENCED = /```[\w-]*[ \t]*\r?\n([\s\S]*?)```/g;

/** Places from which an object without a fence is looked for: an answer may be full of braces. */
const TRIES = 20;

/** Finds the object in a fence, as the whole answer, or at its end. Never throws: what is not found is null. */
export function splitAnswer(text: string): SplitAnswer {
  const fenced = [...text.matchAll(FENCED)].findLast((match) => objectIn(match[1] ?? "") !== null);
  if (fenced) {
    const raw = (fenced[1] ?? "").trim();
    const prose = text.slice(0, fenced.index) + text.slice(fenced.index + fenced[0].length);
    return { prose: prose.trim(), json: objectIn(raw), raw };
  }
  const end = text.lastIndexOf("}") + 1;
  let from = text.indexOf("{");
  for (let tries = 0; from >= 0 && from < end && tries < TRIES; tries++) {
    const raw = text.slice(from, end);
    const json = objectIn(raw);
    if (json !== null) return { prose: withoutFence(text.slice(0, from)), json, raw };
    from = text.indexOf("{", from + 1);
  }
  return { prose: text.trim(), json: null, raw: null };
}

/** As `splitAnswer`, but an object with none of the fields is part of the prose: a step may be about JSON. */
export function splitWith(text: string, fields: readonly string[]): SplitAnswer {
  const split = splitAnswer(text);
  const { json } = split;
  if (json === null || Object.keys(json).length === 0 || fields.some((field) => Object.hasOwn(json, field)))
    return split;
  return { prose: text.trim(), json: null, raw: null };
}

/** A fence that was opened and not closed. */
function withoutFence(text: string): string {
  return text.replace(/```[\w-]*\s*$/, "").trim();
}

function objectIn(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    return null;
  }
}

/** Words for shares, as models use them where a number was asked for. */
const WORDS: { [word: string]: number } = {
  very_low: 0.1,
  low: 0.25,
  medium: 0.5,
  moderate: 0.5,
  high: 0.75,
  very_high: 0.9,
};

/** A share of 1, written as one, as a percentage, or as a word. */
export function shareOf(value: unknown): number | undefined {
  if (typeof value === "string") {
    const word = WORDS[value.trim().toLowerCase().replace(/\s+/g, "_")];
    if (word !== undefined) return word;
    const number = Number.parseFloat(value);
    return Number.isNaN(number) ? undefined : shareOf(number);
  }
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) return undefined;
  return value <= 1 ? value : value <= 100 ? value / 100 : 1;
}

/** A text that says something, cut; undefined otherwise. */
export function textOf(value: unknown, most = 2_000): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, most).toWellFormed() : undefined;
}

/** The texts of a list, which models also write as one text. */
export function textsOf(value: unknown, most = 20): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((item) => textOf(item) ?? []).slice(0, most);
}
