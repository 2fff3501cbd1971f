import { type IndexEntry, type OpenPack, openPack } from "../../blobs/packs.ts";
import { dbFor } from "../../db/db.ts";
import type { RunEvent } from "../../events/event.ts";
import { linkOfEvent } from "../../events/links.ts";
import { kindOfId } from "../../events/log-name.ts";
import { decodePart, memberAt } from "../../events/part.ts";
import { restoreArtifacts } from "../artifacts/restore.ts";
import type { PartFacts } from "../projection/merge.ts";
import { foldEvents } from "../projection/parts.ts";
import { changedRows, type PlannedPart, planParts } from "../projection/plan.ts";
import { type Known, loadKnown, rewriteRuns, segmentOf } from "../projection/store.ts";
import { searchText } from "../search/text.ts";
import { loadSettings } from "../settings/load.ts";

/** Tries against projections that write the same runs; then the step fails and is tried again later. */
const MAX_TRIES = 5;

/**
 * Projects those parts of a pack that D1 does not have. With an empty D1 that is the projection anew, from R2 alone.
 * @param only if it is named, this run's parts and no others
 * @returns how many parts were missing, and are there now
 * @throws if the pack cannot be read
 */
export async function recoverPack(env: Env, projectId: string, key: string, only?: string): Promise<number> {
  const pack = await openPack(env.BUCKET, key);
  // Deleted since it was listed.
  if (!pack) return 0;
  if (pack.index.project !== projectId) throw new Error(`${key} holds another project's runs`);
  const entries = pack.index.entries.filter((entry) => only === undefined || entry.run === only);
  const db = dbFor(env, projectId);
  const { search } = await loadSettings(env, projectId);
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const missing = await missingParts(db, projectId, entries);
    if (missing.length === 0) return 0;
    const known = await loadKnown(db, projectId, [...new Set(missing.map(({ run }) => run))]);
    const { parts, plan } = planAround(await readParts(pack, missing), known);
    const segments = plan.fresh.map(({ n, ...facts }) => {
      const part = parts[n] as RecoveredPart;
      const entry = { ...part.entry, first_seq: part.firstSeq, last_seq: part.lastSeq };
      return segmentOf(entry, key, facts, search ? part.text() : "");
    });
    if (segments.length === 0) return 0;
    const projected = [...plan.states].map(([id, state]) => changedRows(id, state, known.runs.get(id)));
    const also = plan.fresh.flatMap(({ n }) => {
      const part = parts[n] as RecoveredPart;
      return restoreArtifacts(db, projectId, part.run, part.events());
    });
    if (await rewriteRuns(db, projectId, known, { projected, segments, also })) return segments.length;
  }
  throw new Error(`The runs of ${key} grew faster than they could be recovered. Trying again later.`);
}

type RecoveredPart = PlannedPart & { entry: IndexEntry; events(): RunEvent[] };

async function missingParts(db: D1Database, projectId: string, entries: IndexEntry[]): Promise<IndexEntry[]> {
  const { results } = await db
    .prepare(
      `SELECT s.run_id || ' ' || s.first_seq || ' ' || s.last_seq || ' ' || s.batch_id AS part
       FROM (SELECT DISTINCT value AS run_id FROM json_each(?2)) AS e
       JOIN segments AS s ON s.project_id = ?1 AND s.run_id = e.run_id`,
    )
    .bind(projectId, JSON.stringify([...new Set(entries.map(({ run }) => run))]))
    .all<{ part: string }>();
  const there = new Set(results.map(({ part }) => part));
  return entries.filter(
    ({ run, first_seq, last_seq, batch_id }) => !there.has(`${run} ${first_seq} ${last_seq} ${batch_id}`),
  );
}

/** Reads the parts' bytes in one go: they lie side by side, unless D1 lost some runs and not others. */
async function readParts(pack: OpenPack, entries: IndexEntry[]): Promise<RecoveredPart[]> {
  const from = Math.min(...entries.map(({ offset }) => offset));
  const to = Math.max(...entries.map(({ offset, length }) => offset + length));
  const body = await pack.read(from, to);
  return entries.map((entry) => {
    const { run, batch_id: batchId, first_seq: firstSeq, last_seq: lastSeq } = entry;
    const place = { ...entry, offset: entry.offset - from };
    const part: RecoveredPart = {
      entry,
      run,
      batchId,
      firstSeq,
      lastSeq,
      events: () => decodePart(memberAt(body, place), place, part.firstSeq, entry.skip),
      facts: () => factsOf(part),
      text: () => searchText(part.events()),
    };
    return part;
  });
}

function factsOf({ entry, events: read, lastSeq }: RecoveredPart): PartFacts {
  const events = read();
  return {
    delta: foldEvents(kindOfId(entry.run), events),
    links: events.map(linkOfEvent).join(""),
    last_seq: lastSeq,
    at: entry.at,
  };
}

/**
 * Plans the parts; one whose seqs another batch has in D1 gets numbers above all others. That is a pack of before its
 * part was renumbered, or a run that went on while D1 had lost its beginning: the events count, their order suffers.
 */
function planAround(parts: RecoveredPart[], known: Known) {
  for (;;) {
    const plan = planParts(parts, known.runs);
    const [first] = plan.collisions;
    if (!first) return { parts, plan };
    const [run, { part: taken, above }] = first;
    const newest = Math.max(above, ...parts.filter((part) => part.run === run).map(({ lastSeq }) => lastSeq));
    for (const part of parts) {
      if (part.run !== run || part.batchId !== taken.batchId || part.firstSeq !== taken.firstSeq) continue;
      const shift = newest + 1 - part.firstSeq;
      part.firstSeq += shift;
      part.lastSeq += shift;
    }
  }
}
