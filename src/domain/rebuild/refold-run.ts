import { readSegments } from "../../blobs/archive.ts";
import { dbFor } from "../../db/db.ts";
import { segmentsAfter } from "../../db/segments.ts";
import type { CallFact } from "../../events/delta.ts";
import type { RunEvent } from "../../events/event.ts";
import { linkOfEvent } from "../../events/links.ts";
import { kindOfId } from "../../events/log-name.ts";
import { decodePart } from "../../events/part.ts";
import { groupCalls } from "../projection/calls.ts";
import { mergePart, type PartFacts, type RunState, startState } from "../projection/merge.ts";
import { foldEvents } from "../projection/parts.ts";
import { RUN_COLUMNS, rowOf } from "../projection/rows.ts";
import type { KnownRun, Projected } from "../projection/store.ts";
import type { NewDoc } from "../search/docs.ts";
import { searchText } from "../search/text.ts";

/** Segments read in one go: bounds memory. */
const SEGMENTS_AT_ONCE = 16;

/** What is wrong with a run's rows, as statements and rows that put it right. */
export interface Correction extends Projected {
  also: D1PreparedStatement[];
  /** Only the rollups do not count the run yet; its rows are right. */
  countOnly: boolean;
}

/**
 * Folds a run's log anew and compares the result with its rows.
 *
 * A cost that D1 has stays, as long as the call is the same: which prices hold is not in the log, and to change them is what
 * repricing is for.
 * @param rollups the generation that has to count the run
 * @param lost where the run's parts begin that cannot be found by their text
 * @returns what differs, null if nothing does, and the texts of those parts; "unreadable" if D1 points to no log
 * @throws if a pack is missing or cannot be read
 */
export async function refoldRun(
  env: Env,
  projectId: string,
  id: string,
  known: KnownRun,
  rollups: number,
  lost: ReadonlySet<number> = new Set(),
): Promise<{ correction: Correction | null; docs: NewDoc[] } | "unreadable"> {
  const db = dbFor(env, projectId);
  const texts = new Map<number, string>();
  const before = new Map(known.state.calls.map((call) => [call.span_id, call]));
  const parts = await readRun(env, projectId, id, (firstSeq, events) => {
    if (lost.has(firstSeq)) texts.set(firstSeq, searchText(events));
  });
  const [first, ...rest] = parts.map(({ delta, ...part }) => ({
    ...part,
    delta: { ...delta, calls: keepCosts(delta.calls, before) },
  }));
  if (!first) return "unreadable";
  // When its parts came in is only in the packs' indexes, and what the row says of it is no sum that could go wrong.
  const { first_seen_at, seen_at } = known.state;
  const state: RunState = { ...rest.reduce(mergePart, startState(first)), first_seen_at, seen_at };
  const { run: folded, counted } = rowOf(id, state);
  // Whether it is counted is no fact of the log.
  const run = { ...folded, rollups: known.row.rollups };

  const stored = new Set([...known.counted].filter(([, counts]) => counts).map(([span]) => span));
  const changed = [...known.segments].flatMap(([first_seq, part], n) => {
    const calls = [first, ...rest][n]?.delta.calls ?? [];
    return textOf(calls, counted) === textOf(part.calls, stored) ? [] : [{ first_seq, calls }];
  });
  const also = relinked(db, projectId, id, state, known);
  const same = changed.length === 0 && also.length === 0 && sameRow(RUN_COLUMNS, run, known.row);
  const docs = [...texts].map(([first_seq, text]) => ({ run: id, first_seq, text, started: String(run.started_ns) }));
  if (same && known.row.rollups === rollups) return { correction: null, docs };
  return { correction: { run, parts: changed, state, counted, also, countOnly: same }, docs };
}

/** @param look is shown each part's events, with the first's seq */
async function readRun(
  env: Env,
  projectId: string,
  id: string,
  look: (firstSeq: number, events: RunEvent[]) => void,
): Promise<PartFacts[]> {
  const parts: PartFacts[] = [];
  for (let after = 0; ; ) {
    const pointers = await segmentsAfter(dbFor(env, projectId), projectId, id, after, SEGMENTS_AT_ONCE);
    const bodies = await readSegments(env.BUCKET, pointers);
    for (const [n, pointer] of pointers.entries()) {
      const { slice_from: from, slice_to: to, first_seq, last_seq, skip } = pointer;
      const events = decodePart(bodies[n] as Uint8Array, { from, to }, first_seq, skip);
      look(first_seq, events);
      parts.push(factsOf(id, events, last_seq));
    }
    if (pointers.length < SEGMENTS_AT_ONCE) return parts;
    after = pointers.at(-1)?.last_seq ?? after;
  }
}

function factsOf(id: string, events: readonly RunEvent[], last_seq: number): PartFacts {
  return { delta: foldEvents(kindOfId(id), events), links: events.map(linkOfEvent).join(""), last_seq, at: 0 };
}

function keepCosts(calls: readonly CallFact[], known: ReadonlyMap<string, CallFact>): CallFact[] {
  return calls.map((call) => {
    const had = known.get(call.span_id);
    if (!had || !samePrice(call, had)) return call;
    const { cost_nano_usd, price_version, unpriced } = had;
    return { ...call, cost_nano_usd, price_version, unpriced };
  });
}

/** What a part's row would hold of its calls, if they were in the order of their ids. */
function textOf(calls: readonly CallFact[], counted: ReadonlySet<string>): string {
  return JSON.stringify(
    groupCalls(
      calls.toSorted((a, b) => (a.span_id < b.span_id ? -1 : 1)),
      counted,
    ),
  );
}

/** Whether two calls would cost the same by any price list. */
function samePrice(a: CallFact, b: CallFact): boolean {
  const key = ({ model, provider, usage, service_tier, refused, start }: CallFact) =>
    JSON.stringify([model, provider, usage && Object.entries(usage).sort(), service_tier, refused, start]);
  return key(a) === key(b);
}

function relinked(
  db: D1Database,
  projectId: string,
  id: string,
  folded: RunState,
  known: KnownRun,
): D1PreparedStatement[] {
  const firstSeqs = [...known.segments.keys()];
  return folded.links.flatMap((links, n) => {
    if (links === known.state.links[n]) return [];
    return db
      .prepare("UPDATE segments SET links = unhex(?) WHERE project_id = ? AND run_id = ? AND first_seq = ?")
      .bind(links, projectId, id, firstSeqs[n] ?? 0);
  });
}

function sameRow<Column extends string>(
  columns: readonly Column[],
  a: Record<Column, unknown>,
  b: Record<Column, unknown> | undefined,
): boolean {
  return b !== undefined && columns.every((column) => a[column] === b[column]);
}
