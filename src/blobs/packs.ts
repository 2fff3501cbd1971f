import { gzipSync } from "node:zlib";
import type { Place } from "../events/part.ts";

/** A part's place in a pack, as the pack's index and D1 both hold it. */
export interface PackEntry extends Place {
  run: string;
  batch_id: string;
  first_seq: number;
  last_seq: number;
  skip: number[];
}

/** What a pack says of itself, so that D1 can be rebuilt from R2 alone. */
export interface PackIndex {
  v: 1;
  project: string;
  object: string;
  entries: PackEntry[];
}

/** The last bytes of a pack: the length of the gzip'd index before them (u32, big endian), then this word. */
export const PACK_MAGIC = "RLPACK1\n";

/** A row of a drain, as far as a pack needs it. */
interface PackRow {
  parts: { run: string; batchId: string; firstSeq: number; lastSeq: number; skip: number[]; place: Place }[];
  body: Uint8Array;
}

/**
 * Lays the rows' bodies (gzip members) end to end, then the gzip'd index, its length and the magic word. The index comes
 * last, as in a zip file, so the members' offsets do not depend on it.
 * @returns the pack, and the places of the parts in it, in their order
 */
export function buildPack(
  project: string,
  object: string,
  rows: readonly PackRow[],
): { bytes: Uint8Array; entries: PackEntry[] } {
  const entries: PackEntry[] = [];
  let offset = 0;
  for (const { parts, body } of rows) {
    for (const { run, batchId, firstSeq, lastSeq, skip, place } of parts) {
      entries.push({
        run,
        batch_id: batchId,
        first_seq: firstSeq,
        last_seq: lastSeq,
        skip,
        ...place,
        offset: offset + place.offset,
      });
    }
    offset += body.byteLength;
  }
  const text = new TextEncoder();
  const index = gzipSync(text.encode(JSON.stringify({ v: 1, project, object, entries } satisfies PackIndex)), {
    level: 1,
  });
  const bytes = new Uint8Array(offset + index.byteLength + 4 + PACK_MAGIC.length);
  let at = 0;
  for (const { body } of rows) {
    bytes.set(body, at);
    at += body.byteLength;
  }
  bytes.set(index, offset);
  new DataView(bytes.buffer).setUint32(offset + index.byteLength, index.byteLength);
  bytes.set(text.encode(PACK_MAGIC), offset + index.byteLength + 4);
  return { bytes, entries };
}
