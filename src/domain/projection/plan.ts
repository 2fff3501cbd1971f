import type { NumberedPart } from "../../../durable-objects/run-log/protocol.ts";
import type { CallFact, Links } from "../../events/delta.ts";
import { mergePart, type PartFacts, type RunState, startState } from "./merge.ts";
import { rowOf } from "./rows.ts";
import type { KnownRun, Projected } from "./store.ts";

/** A part on its way into the projections. */
export interface PlannedPart extends NumberedPart {
  run: string;
  lastSeq: number;
  /** What it adds to its run; asked for only if it is new. */
  facts(): PartFacts;
  /** What can be found of it; asked for only if it is new. */
  text(): string;
}

export interface Plan {
  /** The parts that are new to D1, by their index. */
  fresh: { n: number; links: Links; calls: readonly CallFact[] }[];
  /** What the runs of those become. */
  states: Map<string, RunState>;
  /** Runs in which D1 has other events under a part's seqs: the first such part, and the newest seq that D1 has. */
  collisions: Map<string, { part: NumberedPart; above: number }>;
}

/** Which parts are new to D1, what their runs become, and which runs have seqs that another batch took. */
export function planParts(parts: readonly PlannedPart[], known: ReadonlyMap<string, KnownRun>): Plan {
  const fresh: Plan["fresh"] = [];
  const states: Plan["states"] = new Map();
  const collisions: Plan["collisions"] = new Map();
  for (const [n, part] of parts.entries()) {
    const before = known.get(part.run);
    const same = before?.segments.get(part.firstSeq);
    if (same?.batchId === part.batchId && same.lastSeq === part.lastSeq) continue;
    if (before && overlaps(before, part)) {
      // A delivery that began before the part got its number may see it under an older one.
      if ([...before.segments.values()].some(({ batchId }) => batchId === part.batchId)) continue;
      const { run, batchId, firstSeq } = part;
      if (!collisions.has(run)) collisions.set(run, { part: { batchId, firstSeq }, above: before.state.last_seq });
      continue;
    }
    const facts = part.facts();
    fresh.push({ n, links: facts.links, calls: facts.delta.calls });
    const state = states.get(part.run) ?? before?.state;
    states.set(part.run, state ? mergePart(state, facts) : startState(facts));
  }
  return { fresh, states, collisions };
}

/** Whether D1 has an event of the run under one of the part's seqs. While a run is rebuilt, older parts come after newer. */
function overlaps(before: KnownRun, part: PlannedPart): boolean {
  if (part.firstSeq > before.state.last_seq) return false;
  for (const [firstSeq, { lastSeq }] of before.segments) {
    if (firstSeq <= part.lastSeq && part.firstSeq <= lastSeq) return true;
  }
  return false;
}

/** The run's row, and the parts that D1 has and in which a call got another verdict. */
export function changedRows(id: string, state: RunState, known: KnownRun | undefined): Projected {
  const { run, counted } = rowOf(id, state);
  const parts: Projected["parts"] = [];
  for (const [first_seq, { calls }] of known?.segments ?? []) {
    const changed = calls.some(({ span_id }) => known?.counted.get(span_id) !== counted.has(span_id));
    if (changed) parts.push({ first_seq, calls });
  }
  return { run, parts, state, counted };
}
