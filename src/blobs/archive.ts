import { dbFor } from "../db/db.ts";
import { type SegmentPointer, segmentsAfter, segmentsMarked } from "../db/segments.ts";
import type { RunEvent } from "../events/event.ts";
import { decodePart } from "../events/part.ts";

/** Segments read in one go: bounds memory, and R2 reads of one go run side by side (Workers allow 6 connections). */
const SEGMENTS_AT_ONCE = 16;

/** Adjacent parts of a pack up to this size are fetched with one read. */
const READ_BYTES = 8_000_000;

/** Times that a reader looks up where a pack has gone. */
const MAX_LOOKS = 3;

/**
 * The next events of a run from its projected segments, oldest first: some if there are any after `after`, else none.
 * @throws MissingPack if a pack is not there: D1 points to nothing
 */
export async function readArchive(env: Env, projectId: string, runId: string, after: number): Promise<RunEvent[]> {
  const events = await unpackAll(env, () =>
    segmentsAfter(dbFor(env, projectId), projectId, runId, after, SEGMENTS_AT_ONCE),
  );
  return events.filter((event) => event.seq > after);
}

/** The events of those projected segments of a run that hold a log record of a span: see recordMark. */
export async function readArchiveMarked(env: Env, projectId: string, runId: string, mark: string): Promise<RunEvent[]> {
  return unpackAll(env, () => segmentsMarked(dbFor(env, projectId), projectId, runId, mark, SEGMENTS_AT_ONCE));
}

/** Looks up where segments lie and reads them. When other runs are deleted their packs move: then it looks once more. */
async function unpackAll(env: Env, lookUp: () => Promise<SegmentPointer[]>): Promise<RunEvent[]> {
  for (let attempt = 1; ; attempt++) {
    const pointers = await lookUp();
    try {
      return unpack(pointers, await readSegments(env.BUCKET, pointers));
    } catch (error) {
      if (!(error instanceof MissingPack) || attempt >= MAX_LOOKS) throw error;
    }
  }
}

/** A pack that D1 points to, or pointed to a moment ago, and R2 has not. */
export class MissingPack extends Error {
  override readonly name = "MissingPack";
}

function unpack(pointers: SegmentPointer[], bodies: Uint8Array[]): RunEvent[] {
  return pointers.flatMap((pointer, n) =>
    decodePart(
      bodies[n] as Uint8Array,
      { from: pointer.slice_from, to: pointer.slice_to },
      pointer.first_seq,
      pointer.skip,
    ),
  );
}

/** The gzip members of segments. Neighbours in one pack are read together. */
export async function readSegments(bucket: R2Bucket, pointers: SegmentPointer[]): Promise<Uint8Array[]> {
  const reads: { pack: string; offset: number; length: number; members: number[] }[] = [];
  for (const [n, pointer] of pointers.entries()) {
    const last = reads.at(-1);
    const end = pointer.byte_offset + pointer.byte_length;
    if (last?.pack === pointer.pack && pointer.byte_offset >= last.offset && end - last.offset <= READ_BYTES) {
      last.length = Math.max(last.length, end - last.offset);
      last.members.push(n);
    } else {
      reads.push({ pack: pointer.pack, offset: pointer.byte_offset, length: pointer.byte_length, members: [n] });
    }
  }
  const bodies: Uint8Array[] = new Array(pointers.length);
  await Promise.all(
    reads.map(async (read) => {
      const object = await bucket.get(read.pack, { range: { offset: read.offset, length: read.length } });
      if (!object) throw new MissingPack(`Pack ${read.pack} is missing in R2`);
      const bytes = new Uint8Array(await object.arrayBuffer());
      for (const n of read.members) {
        const pointer = pointers[n] as SegmentPointer;
        const from = pointer.byte_offset - read.offset;
        bodies[n] = bytes.subarray(from, from + pointer.byte_length);
      }
    }),
  );
  return bodies;
}
