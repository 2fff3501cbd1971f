import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { RunEvent, StoredEvent } from "./event.ts";
import { rfc3339 } from "./nano.ts";
import type { SpanContext } from "./span.ts";

/**
 * A part is what one request added to one run's log: JSON, which lies with the parts of other runs of the same request in
 * one gzip member. (One member a run cost a tenth of the ingest throughput and a third more bytes.) Resource and scope,
 * which hundreds of spans repeat, lie once in `contexts`; a span's data points to them with `ctx`.
 */
interface PartJson {
  v: 1;
  contexts: SpanContext[];
  events: StoredEvent[];
}

// Level 1: twice as fast as CompressionStream on parts of this size, and what a higher level saves is not worth its time.
const GZIP = { level: 1 } as const;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Where a part lies: the bytes of its gzip member in whatever holds it, and its own bytes in the unpacked member. */
export interface Place {
  offset: number;
  length: number;
  from: number;
  to: number;
}

/** Unpacked size after which a new member begins: what a reader of one small run has to inflate at most. */
const MEMBER_BYTES = 256 * 1024;

/**
 * Writes events (in log order) as a part. The data of a `SPAN`, `SPAN_STARTED` or `LOG` must hold `ctx`, its index in `contexts`.
 * `batchId` is a hash of the content: the same events written again have the same one.
 */
export function encodePart(contexts: SpanContext[], events: StoredEvent[]): { json: Uint8Array; batchId: string } {
  const json = encoder.encode(JSON.stringify({ v: 1, contexts, events } satisfies PartJson));
  // 128 of sha256's bits name a batch; a full hash would only make every row longer.
  const batchId = createHash("sha256").update(json).digest("base64url").slice(0, 22);
  return { json, batchId };
}

/** Compresses parts into members laid end to end. `places` are in the order of the parts. */
export function packMembers(parts: readonly Uint8Array[]): { body: Uint8Array; places: Place[] } {
  const members: Uint8Array[] = [];
  const places: Place[] = [];
  let offset = 0;
  for (let first = 0; first < parts.length; ) {
    const group: Uint8Array[] = [];
    let bytes = 0;
    for (let n = first; n < parts.length && (bytes === 0 || bytes + (parts[n]?.byteLength ?? 0) <= MEMBER_BYTES); n++) {
      group.push(parts[n] as Uint8Array);
      bytes += parts[n]?.byteLength ?? 0;
    }
    const member = gzipSync(concat(group, bytes), GZIP);
    let from = 0;
    for (const part of group) {
      places.push({ offset, length: member.byteLength, from, to: from + part.byteLength });
      from += part.byteLength;
    }
    members.push(member);
    offset += member.byteLength;
    first += group.length;
  }
  return { body: concat(members, offset), places };
}

function concat(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.byteLength;
  }
  return whole;
}

/** The gzip member of a part, cut out of the body that holds it. */
export function memberAt(body: Uint8Array, place: Place): Uint8Array {
  return body.subarray(place.offset, place.offset + place.length);
}

/** Inflates a gzip member. */
export type Unpack = (member: Uint8Array) => Uint8Array;

/** A way to unpack members that does not inflate one twice in a row: the parts of a request share one. */
export function unpackOnce(): Unpack {
  let last: { in: ArrayBufferLike; at: number; bytes: Uint8Array } | undefined;
  return (member) => {
    const { buffer, byteOffset: at } = member;
    if (last?.at !== at || last.in !== buffer) last = { in: buffer, at, bytes: gunzipSync(member) };
    return last.bytes;
  };
}

/**
 * Unpacks a part into events as readers see them.
 * @param member the gzip member it lies in; `place` says where in it
 * @param firstSeq seq of the first event that the log kept
 * @param skip indexes of events that the log had already (a span sent twice); they have no seq and are left out
 * @param unpack for whoever reads several parts of a member
 */
export function decodePart(
  member: Uint8Array,
  place: Pick<Place, "from" | "to">,
  firstSeq: number,
  skip: readonly number[] = [],
  unpack: Unpack = gunzipSync,
): RunEvent[] {
  const part = JSON.parse(decoder.decode(unpack(member).subarray(place.from, place.to))) as PartJson;
  const skipped = new Set(skip);
  const events: RunEvent[] = [];
  let seq = firstSeq;
  for (const [index, stored] of part.events.entries()) {
    if (skipped.has(index)) continue;
    events.push({
      seq: seq++,
      ...(stored.id === undefined ? {} : { id: stored.id }),
      type: stored.type,
      time: rfc3339(stored.time),
      v: stored.v,
      data: dataAsRead(stored, part.contexts),
    });
  }
  return events;
}

/** The data of a part's event as readers see it. */
export function dataAsRead({ type, data }: StoredEvent, contexts: readonly SpanContext[]): unknown {
  return WITH_CONTEXT.has(type) ? withContext(data as { ctx: number }, contexts) : data;
}

/** Types whose resource and scope lie in the part's contexts. */
const WITH_CONTEXT = new Set(["SPAN", "SPAN_STARTED", "LOG"]);

function withContext({ ctx, ...data }: { ctx: number }, contexts: readonly SpanContext[]): unknown {
  return { ...data, ...contexts[ctx] };
}
