import { rewrittenKey } from "../../blobs/keys.ts";
import { buildPack, type IndexEntry, openPack, type PackEntry } from "../../blobs/packs.ts";
import { dbFor } from "../../db/db.ts";
import { memberAt, packMembers, unpackOnce } from "../../events/part.ts";

/**
 * Takes runs out of a pack: writes what else it holds under another key and makes D1 point there. The old pack is left for
 * readers who are at it; the caller deletes it later. Doing it twice changes nothing more.
 * @returns whether the old pack can go: nothing points to it any more; false if it holds none of these runs
 * @throws if the pack cannot be read
 */
export async function rewritePack(
  env: Env,
  projectId: string,
  key: string,
  deleted: ReadonlySet<string>,
): Promise<boolean> {
  const pack = await openPack(env.BUCKET, key);
  if (!pack || pack.index.project !== projectId) return false;
  const { object, entries } = pack.index;
  const rest = entries.filter((entry) => !deleted.has(entry.run));
  if (rest.length === entries.length) return false;
  const db = dbFor(env, projectId);
  const kept = await worthKeeping(db, projectId, key, rest);
  if (kept.length === 0) return true;

  const body = await pack.read(0, Math.max(...kept.map(({ offset, length }) => offset + length)));
  const unpack = unpackOnce();
  const { body: members, places } = packMembers(
    kept.map((entry) => unpack(memberAt(body, entry)).subarray(entry.from, entry.to)),
  );
  const parts = kept.map(({ run, batch_id, first_seq, last_seq, skip, at }, n) => ({
    run,
    batchId: batch_id,
    firstSeq: first_seq,
    lastSeq: last_seq,
    skip,
    at,
    place: places[n] as PackEntry,
  }));
  const rewritten = buildPack(projectId, object, [{ parts, body: members }]);
  const next = rewrittenKey(key);
  await env.BUCKET.put(next, rewritten.bytes);
  const moves = rewritten.entries.map(({ run, first_seq, offset, length, from, to }) => [
    run,
    first_seq,
    offset,
    length,
    from,
    to,
  ]);
  await db
    .prepare(
      `UPDATE segments SET pack = ?2, byte_offset = e.value ->> 2, byte_length = e.value ->> 3, slice_from = e.value ->> 4,
         slice_to = e.value ->> 5
       FROM json_each(?3) AS e
       WHERE project_id = ?1 AND run_id = e.value ->> 0 AND first_seq = e.value ->> 1 AND pack = ?4`,
    )
    .bind(projectId, next, JSON.stringify(moves), key)
    .run();
  return true;
}

/**
 * What has to be kept: the parts that D1 reads from this pack, by the numbers that they have there, and those that D1 does
 * not know at all, which a rebuild would bring back. Left behind is what D1 reads elsewhere: a race of two deliveries
 * leaves the same rows in two packs.
 */
async function worthKeeping(
  db: D1Database,
  projectId: string,
  key: string,
  entries: IndexEntry[],
): Promise<IndexEntry[]> {
  const { results } = await db
    .prepare(
      `SELECT s.run_id, s.batch_id, s.first_seq, s.last_seq, s.pack, s.byte_offset, s.slice_from
       FROM (SELECT DISTINCT value AS run_id FROM json_each(?2)) AS e
       JOIN segments AS s ON s.project_id = ?1 AND s.run_id = e.run_id`,
    )
    .bind(projectId, JSON.stringify([...new Set(entries.map(({ run }) => run))]))
    .all<SegmentPlace>();
  const byBatch = Map.groupBy(results, (row) => `${row.run_id} ${row.batch_id}`);
  return entries.flatMap((entry) => {
    const rows = byBatch.get(`${entry.run} ${entry.batch_id}`);
    if (!rows) return [entry];
    const here = rows.find(
      (row) => row.pack === key && row.byte_offset === entry.offset && row.slice_from === entry.from,
    );
    return here ? [{ ...entry, first_seq: here.first_seq, last_seq: here.last_seq }] : [];
  });
}

interface SegmentPlace {
  run_id: string;
  batch_id: string;
  first_seq: number;
  last_seq: number;
  pack: string;
  byte_offset: number;
  slice_from: number;
}
