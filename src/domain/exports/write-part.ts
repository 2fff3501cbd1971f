import type { RunEvent } from "../../events/event.ts";
import type { Format, Open } from "./format.ts";

/** Where the writing of a file stands: with it, the next part is the same bytes whoever writes it. */
export interface Position {
  /** Events that are written whole. */
  seq: number;
  /** Bytes that are written of what comes next. */
  offset: number;
  /** What is open behind `seq`. */
  open: Open;
  /** Spans among the events up to `seq`. */
  spans: number;
  /** Events that the format could not say. */
  left_out: number;
}

export const BEGINNING: Position = {
  seq: 0,
  offset: 0,
  open: { resource: null, scope: null },
  spans: 0,
  left_out: 0,
};

/**
 * Writes the next part of a file: exactly `size` bytes, less only at its end. Holds the part and one batch of events.
 * @param log the events behind `from.seq`, in order, without a gap
 * @param lastSeq the last event that belongs into the file
 * @throws if the log ends before
 */
export async function writePart(
  format: Format,
  log: AsyncIterable<RunEvent[]>,
  from: Position,
  lastSeq: number,
  size: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; next: Position; ended: boolean }> {
  const encoder = new TextEncoder();
  const part = new Uint8Array(size);
  let filled = 0;
  let next = from;
  /** Whether it fits whole. What does not is cut, and the offset says where. */
  const put = (text: string): boolean => {
    const bytes = encoder.encode(text);
    const rest = bytes.subarray(next.offset);
    const taken = rest.subarray(0, size - filled);
    part.set(taken, filled);
    filled += taken.byteLength;
    if (taken.byteLength === rest.byteLength) return true;
    next = { ...next, offset: next.offset + taken.byteLength };
    return false;
  };
  const full = () => ({ bytes: part, next, ended: false });
  for await (const events of log) {
    for (const event of events) {
      if (event.seq > lastSeq) break;
      if (event.seq !== next.seq + 1)
        throw new Error(`The log has ${event.seq} behind ${next.seq}. Trying again later.`);
      const written = format.event(event, next.open);
      if (written && !put(written.text)) return full();
      // Spans are counted whatever the format makes of them.
      const spans = next.spans + (event.type === "SPAN" ? 1 : 0);
      const left_out = next.left_out + (written ? 0 : 1);
      next = { seq: event.seq, offset: 0, open: written?.open ?? next.open, spans, left_out };
    }
    if (next.seq >= lastSeq) break;
  }
  if (next.seq < lastSeq) throw new Error(`The log ends at ${next.seq}, before ${lastSeq}. Trying again later.`);
  if (!put(format.end(next.open))) return full();
  return { bytes: part.subarray(0, filled), next, ended: true };
}
