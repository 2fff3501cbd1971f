import { dollars, inWords } from "../explain/finding.ts";
import type { Comparison } from "./schema.ts";

/** Differences of the path that are named. */
const MOST_PATHS = 3;

/** What a reader should know first, in sentences. */
export function summarise(differences: Omit<Comparison, "summary" | "left_out">): string[] {
  const { a, b, totals, models, output } = differences;
  const changed = (name: string, words: (value: number) => string): string[] => {
    const total = totals[name];
    if (!total || total.a === null || total.b === null || !total.change) return [];
    const percent = total.change_percent === null ? "" : ` (${total.change > 0 ? "+" : ""}${total.change_percent} %)`;
    return [`${words(total.a)} -> ${words(total.b)}${percent}.`];
  };
  return [
    a.status === b.status ? `Both runs: ${a.status}.` : `a: ${a.status}, b: ${b.status}.`,
    ...changed("duration_ms", inWords),
    ...changed("cost_usd", dollars),
    ...changed("input_tokens", (tokens) => `${tokens} tokens in`),
    ...changed("output_tokens", (tokens) => `${tokens} tokens out`),
    ...changed("error_count", (count) => `${count} errors`),
    pathSentence(differences),
    ...(models.only_a.length + models.only_b.length === 0
      ? []
      : [`Models only in a: ${models.only_a.join(", ") || "none"}; only in b: ${models.only_b.join(", ") || "none"}.`]),
    ...(output === null ? [] : [outputSentence(output)]),
  ];
}

function pathSentence({ a, b, path }: Omit<Comparison, "summary" | "left_out">): string {
  const without = [a, b].filter(({ span_count }) => span_count === 0);
  if (without.length > 0) {
    return `No spans, and so no path: ${without.map(({ id }) => id).join(", ")}. tail_run shows the events.`;
  }
  const found = [
    ...path.only_a.map((each) => `only a has ${each.path}`),
    ...path.only_b.map((each) => `only b has ${each.path}`),
    ...path.repeated.map((each) => `${each.path}: ${each.a_times} times in a, ${each.b_times} in b`),
    ...(path.moved.length > 0 ? [`${path.moved.length} spans come in another order`] : []),
  ];
  if (found.length === 0) return "They took the same path.";
  const more = found.length > MOST_PATHS ? `; and ${found.length - MOST_PATHS} more` : "";
  return `Paths: ${found.slice(0, MOST_PATHS).join("; ")}${more}.`;
}

function outputSentence({
  same,
  similarity,
  a_chars,
  b_chars,
  compared_chars,
}: NonNullable<Comparison["output"]>): string {
  if (same) return "Their outputs are the same.";
  if (a_chars === 0 || b_chars === 0) return `Only ${a_chars === 0 ? "b" : "a"} has an output.`;
  const of = compared_chars < Math.max(a_chars, b_chars) ? ` of their first ${compared_chars} characters` : "";
  return similarity === null
    ? "Their outputs have little in common."
    : `Their outputs have ${Math.round(similarity * 100)} %${of} in common.`;
}
