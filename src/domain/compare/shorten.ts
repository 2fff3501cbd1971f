import type { Comparison } from "./schema.ts";

/** A comparison whose lists have at most so many entries, and fewer until it is no longer than `maxChars` as JSON. */
export function shorten(whole: Comparison, limit: number, maxChars: number): Comparison {
  let most = limit;
  let shortened = cut(whole, most);
  while (most > 0 && JSON.stringify(shortened).length > maxChars) {
    most = Math.floor(most / 2);
    shortened = cut(whole, most);
  }
  return shortened;
}

function cut(whole: Comparison, most: number): Comparison {
  let left_out = 0;
  const first = <T>(list: readonly T[]): T[] => {
    left_out += Math.max(0, list.length - most);
    return list.slice(0, most);
  };
  const { path, biggest, status_changes } = whole;
  return {
    ...whole,
    path: {
      ...path,
      only_a: first(path.only_a),
      only_b: first(path.only_b),
      repeated: first(path.repeated),
      moved: first(path.moved),
    },
    status_changes: first(status_changes),
    biggest: { own_ms: first(biggest.own_ms), cost_usd: first(biggest.cost_usd), tokens: first(biggest.tokens) },
    left_out,
  };
}
