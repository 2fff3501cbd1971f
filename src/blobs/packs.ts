import { gzipSync } from "node:zlib";

/** A part's place in a pack, as the pack's index and D1 both hold it. */
export interface PackEntry {
  run: string;
  batch_id: string;
  first_seq: number;
  last_seq: number;
  skip: number[];
  offset: number;
  length: number;
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

/**
 * Lays the parts' gzip members end to end, then the gzip'd index, its length and the magic word. The index comes last, as
 * in a zip file, so the members' offsets do not depend on it.
 */
export function buildPack(
  project: string,
  object: string,
  parts: { run: string; batchId: string; firstSeq: number; lastSeq: number; skip: number[]; body: Uint8Array }[],
): { bytes: Uint8Array; entries: PackEntry[] } {
  const entries: PackEntry[] = [];
  let offset = 0;
  for (const part of parts) {
    entries.push({
      run: part.run,
      batch_id: part.batchId,
      first_seq: part.firstSeq,
      last_seq: part.lastSeq,
      skip: part.skip,
      offset,
      length: part.body.byteLength,
    });
    offset += part.body.byteLength;
  }
  const text = new TextEncoder();
  const index = gzipSync(text.encode(JSON.stringify({ v: 1, project, object, entries } satisfies PackIndex)), {
    level: 1,
  });
  const bytes = new Uint8Array(offset + index.byteLength + 4 + PACK_MAGIC.length);
  for (const [n, part] of parts.entries()) bytes.set(part.body, entries[n]?.offset);
  bytes.set(index, offset);
  new DataView(bytes.buffer).setUint32(offset + index.byteLength, index.byteLength);
  bytes.set(text.encode(PACK_MAGIC), offset + index.byteLength + 4);
  return { bytes, entries };
}
