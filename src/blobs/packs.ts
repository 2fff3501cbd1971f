import { gunzipSync, gzipSync } from "node:zlib";
import type { Place } from "../events/part.ts";

/** A part's place in a pack, as the pack's index and D1 both hold it. */
export interface PackEntry extends Place {
  run: string;
  batch_id: string;
  first_seq: number;
  last_seq: number;
  skip: number[];
}

/** A part as the pack's index holds it. */
export interface IndexEntry extends PackEntry {
  /** Milliseconds since the epoch at which the part reached the log. */
  at: number;
}

/** What a pack says of itself, so that D1 can be rebuilt from R2 alone. */
export interface PackIndex {
  v: 1;
  project: string;
  object: string;
  entries: IndexEntry[];
}

/** The last bytes of a pack: the length of the gzip'd index before them (u32, big endian), then this word. */
export const PACK_MAGIC = "RLPACK1\n";

/** A row of a drain, as far as a pack needs it. */
interface PackRow {
  parts: {
    at: number;
    run: string;
    batchId: string;
    firstSeq: number;
    lastSeq: number;
    skip: number[];
    place: Place;
  }[];
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
): { bytes: Uint8Array; entries: IndexEntry[] } {
  const entries: IndexEntry[] = [];
  let offset = 0;
  for (const { parts, body } of rows) {
    for (const { run, batchId, firstSeq, lastSeq, skip, place, at } of parts) {
      entries.push({
        run,
        batch_id: batchId,
        first_seq: firstSeq,
        last_seq: lastSeq,
        skip,
        ...place,
        offset: offset + place.offset,
        at,
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

/** An object that should be a pack and cannot be read as one. */
export class DamagedPack extends Error {
  override readonly name = "DamagedPack";
}

/** What a pack says of itself, and a way to its bytes. */
export interface OpenPack {
  index: PackIndex;
  /** The bytes of its members from `from` to `to` in the pack. */
  read(from: number, to: number): Promise<Uint8Array>;
}

/** Bytes from a pack's end that are read first: most indexes fit. */
const TAIL_BYTES = 64 * 1024;

/**
 * Reads the index of a pack.
 * @returns null if there is no such pack
 * @throws DamagedPack if the object is not a pack
 */
export async function openPack(bucket: R2Bucket, key: string): Promise<OpenPack | null> {
  const tail = await bucket.get(key, { range: { suffix: TAIL_BYTES } });
  if (!tail) return null;
  let bytes = new Uint8Array(await tail.arrayBuffer());
  const foot = 4 + PACK_MAGIC.length;
  const magic = new TextDecoder().decode(bytes.subarray(bytes.byteLength - PACK_MAGIC.length));
  if (bytes.byteLength < foot || magic !== PACK_MAGIC) throw new DamagedPack(`${key} is not a pack`);
  const length = new DataView(bytes.buffer).getUint32(bytes.byteLength - foot);
  if (length + foot > bytes.byteLength) {
    if (length + foot > tail.size) throw new DamagedPack(`${key} is not a whole pack`);
    bytes = await readRange(bucket, key, tail.size - length - foot, tail.size);
  }
  const end = bytes.byteLength - foot;
  return {
    index: parseIndex(key, bytes.subarray(end - length, end)),
    read: (from, to) => readRange(bucket, key, from, to),
  };
}

function parseIndex(key: string, bytes: Uint8Array): PackIndex {
  try {
    return JSON.parse(new TextDecoder().decode(gunzipSync(bytes))) as PackIndex;
  } catch (error) {
    throw new DamagedPack(`The index of ${key} cannot be read`, { cause: error });
  }
}

async function readRange(bucket: R2Bucket, key: string, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  const object = await bucket.get(key, { range: { offset: from, length: to - from } });
  if (!object) throw new Error(`Pack ${key} is missing in R2`);
  return new Uint8Array(await object.arrayBuffer());
}
