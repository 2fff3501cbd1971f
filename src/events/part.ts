import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { RunEvent, StoredEvent } from "./event.ts";
import { rfc3339 } from "./nano.ts";
import type { SpanContext } from "./span.ts";

/**
 * A part is what one request added to one run's log: gzip'd JSON, one gzip member. Resource and scope, which hundreds of
 * spans repeat, lie once in `contexts`; a span's data points to them with `ctx`.
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

/**
 * Packs events (in log order) into a part. A `SPAN` event's data must hold `ctx`, its index in `contexts`.
 * `batchId` is a hash of the content: the same events packed again have the same one.
 */
export function encodePart(contexts: SpanContext[], events: StoredEvent[]): { body: Uint8Array; batchId: string } {
  const json = encoder.encode(JSON.stringify({ v: 1, contexts, events } satisfies PartJson));
  // 128 of sha256's bits name a batch; a full hash would only make every row longer.
  const batchId = createHash("sha256").update(json).digest("base64url").slice(0, 22);
  return { body: gzipSync(json, GZIP), batchId };
}

/**
 * Unpacks a part into events as readers see them.
 * @param firstSeq seq of the first event that the log kept
 * @param skip indexes of events that the log had already (a span sent twice); they have no seq and are left out
 */
export function decodePart(bytes: Uint8Array, firstSeq: number, skip: readonly number[] = []): RunEvent[] {
  const part = JSON.parse(decoder.decode(gunzipSync(bytes))) as PartJson;
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
      data: stored.type === "SPAN" ? withContext(stored.data as { ctx: number }, part.contexts) : stored.data,
    });
  }
  return events;
}

function withContext({ ctx, ...data }: { ctx: number }, contexts: SpanContext[]): unknown {
  return { ...data, ...contexts[ctx] };
}
