import type { LlmCall } from "#lib/api.ts";

/** What a model did in a session. */
export interface Performance {
  model: string;
  provider: string | null;
  calls: number;
  errors: number;
  input_tokens: number | null;
  output_tokens: number | null;
  /** US dollars of the calls whose cost is known; null if none is. */
  cost_usd: number | null;
  /** Calls that cost something that is not known. */
  unpriced: number;
  p50_ms: number | null;
  p95_ms: number | null;
}

type Call = Pick<
  LlmCall,
  "model" | "provider" | "status" | "duration_ms" | "input_tokens" | "output_tokens" | "cost_usd" | "unpriced"
>;

/** The models of some calls, the most used first. */
export function performanceOf(calls: Iterable<Call>): Performance[] {
  const groups = Map.groupBy(calls, ({ model, provider }) => JSON.stringify([model, provider]));
  const rows = [...groups.values()].map((own) => {
    const times = own.flatMap(({ duration_ms }) => duration_ms ?? []).sort((a, b) => a - b);
    return {
      model: own[0]?.model ?? "unknown model",
      provider: own[0]?.provider ?? null,
      calls: own.length,
      errors: own.filter(({ status }) => status === "error").length,
      input_tokens: sum(own.map((call) => call.input_tokens)),
      output_tokens: sum(own.map((call) => call.output_tokens)),
      cost_usd: sum(own.map((call) => call.cost_usd)),
      unpriced: own.filter((call) => call.cost_usd === null && call.unpriced !== "refused").length,
      p50_ms: quantile(times, 0.5),
      p95_ms: quantile(times, 0.95),
    };
  });
  return rows.sort((a, b) => b.calls - a.calls || a.model.localeCompare(b.model));
}

/** null if nothing is known. */
function sum(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((all, value) => all + value, 0);
}

/** The value that this part of them does not exceed. */
function quantile(sorted: number[], part: number): number | null {
  return sorted[Math.ceil(sorted.length * part) - 1] ?? null;
}
