import { dollars, filtersOf, heaviestRuns, type SampledCall } from "./sample.ts";
import type { Saving } from "./schema.ts";

/** Failed calls of a run, or calls that repeat another, that are not an accident any more. */
const FEWEST = 2;

/**
 * Runs that call again and again: calls that fail, and calls of the same model with the same number of input tokens as
 * another of the run, which are nearly always the same question. The lower end is what failed calls cost, the upper end
 * that and what repeated ones did: some are repeated on purpose.
 */
export function retrySavings(calls: readonly SampledCall[], runs: number): Saving[] {
  const wasted = new Map<SampledCall, "failed" | "repeated">();
  for (const its of Map.groupBy(calls, ({ run_id }) => run_id).values()) {
    const failed = its.filter(({ status }) => status === "error");
    const repeated = repeatsIn(its.filter(({ status }) => status !== "error"));
    if (failed.length >= FEWEST) for (const call of failed) wasted.set(call, "failed");
    if (repeated.length >= FEWEST) for (const call of repeated) wasted.set(call, "repeated");
  }
  if (wasted.size === 0) return [];
  const of = (kind: "failed" | "repeated") => [...wasted].filter(([, each]) => each === kind).map(([call]) => call);
  const [failed, repeated] = [of("failed"), of("repeated")];
  const usd = (some: SampledCall[]) => some.reduce((sum, call) => sum + (call.cost_nano_usd ?? 0), 0) / 1e9;
  const [low, more] = [usd(failed), usd(repeated)];
  const unknown = [...wasted.keys()].filter(({ cost_nano_usd }) => cost_nano_usd === null).length;
  const count = new Set([...wasted.keys()].map(({ run_id }) => run_id)).size;
  return [
    {
      kind: "retries",
      title: "Runs call again and again",
      why: `Of the ${runs} newest runs ${count} have several failed calls, or calls of one model with the same number of input tokens: ${failed.length} failed calls for ${dollars(low)}, ${repeated.length} repeated ones for ${dollars(more)}.${
        unknown > 0 ? ` What ${unknown} of these cost is not known; refused calls cost nothing.` : ""
      }`,
      estimated_usd: low + more > 0 ? { low, high: low + more } : null,
      runs: heaviestRuns([...wasted.keys()], (call) => 1 + (call.cost_nano_usd ?? 0)),
      filters: filtersOf({ has_error: failed.length > 0 && repeated.length === 0 ? "true" : null }),
    },
  ];
}

/** The calls of a run that repeat another: all of a kind but the first. */
function repeatsIn(calls: readonly SampledCall[]): SampledCall[] {
  const kinds = Map.groupBy(calls, ({ model, operation, input_tokens }) =>
    JSON.stringify([model, operation, input_tokens]),
  );
  return [...kinds.values()].flatMap((alike) =>
    alike[0]?.input_tokens ? alike.toSorted((a, b) => a.start_ms - b.start_ms).slice(1) : [],
  );
}
