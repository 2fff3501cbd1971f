/** What the clients know of one run: the ids of the events that were acknowledged, in the order of their acknowledgement. */
export interface SentRun {
  run: string;
  /** One list per writer: between writers no order is promised. */
  writers: string[][];
  /** Sent, but never acknowledged: may be stored, and may be missing. */
  unsure?: string[];
}

/** What a reader gave of a run. */
export interface ReadRun {
  run: string;
  events: { seq: number; id: string }[];
}

/** Every broken promise is listed, so that a failure says which event of which run. */
export interface Verdict {
  acknowledged: number;
  /** Acknowledged and not there. */
  lost: string[];
  /** There more than once, or a seq given twice. */
  doubled: string[];
  /** A seq between 1 and the newest that no event has. */
  gaps: string[];
  /** A writer's events in another order than it got them acknowledged. */
  disordered: string[];
  /** There, though nobody sent it. */
  invented: string[];
}

/** Compares what was acknowledged with what a reader gives. The oracle of all tests here: it knows nothing of the product. */
export function check(sent: readonly SentRun[], read: readonly ReadRun[]): Verdict {
  const verdict: Verdict = { acknowledged: 0, lost: [], doubled: [], gaps: [], disordered: [], invented: [] };
  const byRun = new Map(read.map((each) => [each.run, each.events]));
  for (const { run, writers, unsure = [] } of sent) {
    const events = byRun.get(run) ?? [];
    byRun.delete(run);
    const seqOf = new Map<string, number>();
    const seqs = new Set<number>();
    for (const { seq, id } of events) {
      if (seqOf.has(id)) verdict.doubled.push(`${run}/${id}: seqs ${seqOf.get(id)} and ${seq}`);
      else if (seqs.has(seq)) verdict.doubled.push(`${run}: seq ${seq} twice`);
      seqOf.set(id, seq);
      seqs.add(seq);
    }
    const newest = Math.max(0, ...seqs);
    for (let seq = 1; seq <= newest; seq++) if (!seqs.has(seq)) verdict.gaps.push(`${run}: seq ${seq}`);
    for (const seq of seqs) if (!(seq >= 1)) verdict.gaps.push(`${run}: seq ${seq} is none`);
    const known = new Set(unsure);
    for (const writer of writers) {
      verdict.acknowledged += writer.length;
      let last = 0;
      for (const id of writer) {
        known.add(id);
        const seq = seqOf.get(id);
        if (seq === undefined) verdict.lost.push(`${run}/${id}`);
        else if (seq < last) verdict.disordered.push(`${run}/${id}: seq ${seq} after ${last}`);
        else last = seq;
      }
    }
    for (const id of seqOf.keys()) if (!known.has(id)) verdict.invented.push(`${run}/${id}`);
  }
  for (const run of byRun.keys()) verdict.invented.push(run);
  return verdict;
}

/** A verdict as numbers. */
export function figuresOf(verdict: Verdict) {
  return {
    acknowledged: verdict.acknowledged,
    lost: verdict.lost.length,
    doubled: verdict.doubled.length,
    gaps: verdict.gaps.length,
    disordered: verdict.disordered.length,
    invented: verdict.invented.length,
  };
}

/** What a verdict must be: the lists themselves, so that a failing test names the events. */
export const NOTHING_BROKEN = { lost: [], doubled: [], gaps: [], disordered: [], invented: [] };
