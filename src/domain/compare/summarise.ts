import { dollars, inWords } from "../explain/finding.ts";
import type { PathChanges } from "./compare.ts";
import type { Comparison } from "./schema.ts";

/** What a reader should know first, in sentences. @param path all changes of the path, not only those that are listed */
export function summarise(comparison: Omit<Comparison, "summary" | "left_out">, path: PathChanges): string[] {
  const { a, b, totals, models, output } = comparison;
  const lines: string[] = [];
  lines.push(a.status === b.status ? `Both runs: ${a.status}.` : `a: ${a.status}, b: ${b.status}.`);
  const told = (name: string, words: (value: number) => string) => {
    const total = totals[name];
    if (!total || total.a === null || total.b === null || total.change === null || total.change === 0) return;
    const percent = total.change_percent === null ? "" : ` (${total.change > 0 ? "+" : ""}${total.change_percent} %)`;
    lines.push(`${words(total.a)} -> ${words(total.b)}${percent}.`);
  };
  told("duration_ms", inWords);
  told("cost_usd", dollars);
  told("input_tokens", (tokens) => `${tokens} tokens in`);
  told("output_tokens", (tokens) => `${tokens} tokens out`);
  const paths = [
    ...path.only_a.map((each) => `only a has ${each.path}`),
    ...path.only_b.map((each) => `only b has ${each.path}`),
    ...path.repeated.map((each) => `${each.path}: ${each.a_times} times in a, ${each.b_times} in b`),
    ...(path.moved.length > 0 ? [`${path.moved.length} spans come in another order`] : []),
  ];
  lines.push(
    paths.length === 0
      ? "They took the same path."
      : `Paths: ${paths.slice(0, 3).join("; ")}${paths.length > 3 ? `; and ${paths.length - 3} more` : ""}.`,
  );
  if (models.only_a.length + models.only_b.length > 0) {
    lines.push(
      `Models only in a: ${models.only_a.join(", ") || "none"}; only in b: ${models.only_b.join(", ") || "none"}.`,
    );
  }
  if (output !== null) {
    lines.push(
      output.same
        ? "Their outputs are the same."
        : `Their outputs have ${Math.round(output.similarity * 100)} % in common.`,
    );
  }
  return lines;
}
