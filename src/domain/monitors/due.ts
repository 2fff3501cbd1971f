import type { HeldPart } from "../../../durable-objects/run-log/protocol.ts";
import type { CallFact } from "../../events/delta.ts";
import type { KnownRun, Projected } from "../projection/store.ts";
import { isSessionId } from "../reasoning/session-id.ts";
import { THRESHOLDS } from "./thresholds.ts";

/** A run that is to be judged, and how many model calls it had when that was found. */
export interface DueRun {
  run: string;
  calls: number;
}

/**
 * Which runs of a drain are to be judged: those that have ended with enough calls, and have not had as many when they ended
 * before. Of parts that D1 had already, the delivery before may have died on its way here: it is as if they were new.
 * @param known as it was before the drain
 */
export function dueRuns(
  parts: readonly Pick<HeldPart, "run" | "delta">[],
  projected: readonly Projected[],
  known: ReadonlyMap<string, KnownRun>,
): DueRun[] {
  const due: DueRun[] = [];
  for (const { run, state, counted } of projected) {
    const id = String(run.id);
    if (!mayBeDue(id, state.outcome, state.calls)) continue;
    const calls = modelCalls(state.calls, (span) => counted.has(span));
    const before = known.get(id);
    const judged = before && before.state.outcome !== 0 ? knownCalls(before) : 0;
    if (calls >= THRESHOLDS.pattern && calls > judged) due.push({ run: id, calls });
  }
  const seen = new Set(projected.map(({ run }) => String(run.id)));
  for (const { run, delta } of parts) {
    const had = known.get(run);
    if (!had || seen.has(run) || (delta.outcome === 0 && delta.calls.length === 0)) continue;
    seen.add(run);
    if (!mayBeDue(run, had.state.outcome, had.state.calls)) continue;
    const calls = knownCalls(had);
    if (calls >= THRESHOLDS.pattern) due.push({ run, calls });
  }
  return due;
}

/** A reasoning session is judged by whoever writes it, after each step. */
function mayBeDue(id: string, outcome: number, calls: readonly CallFact[]): boolean {
  return outcome !== 0 && calls.length >= THRESHOLDS.pattern && !isSessionId(id);
}

function knownCalls({ state, counted }: KnownRun): number {
  return modelCalls(state.calls, (span) => counted.get(span) === true);
}

function modelCalls(calls: readonly CallFact[], counts: (spanId: string) => boolean): number {
  return calls.filter(({ step, span_id }) => step === "llm" && counts(span_id)).length;
}
