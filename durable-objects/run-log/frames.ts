import type { RunEvent } from "../../src/events/event.ts";
import { LIMITS } from "./limits.ts";

/** Events as one WebSocket message. */
export interface Frame {
  text: string;
  /** In UTF-8, as the runtime counts what it holds. */
  bytes: number;
  firstSeq: number;
  lastSeq: number;
}

/** Writes events into frames, each when it is asked for: who stops in between has not paid for the rest. */
export function* framesOf(events: Iterable<RunEvent>): Generator<Frame> {
  let texts: string[] = [];
  let chars = 0;
  let firstSeq = 0;
  let lastSeq = 0;
  const frame = (): Frame => {
    const text = `{"type":"events","events":[${texts.join(",")}]}`;
    texts = [];
    chars = 0;
    return { text, bytes: Buffer.byteLength(text), firstSeq, lastSeq };
  };
  for (const event of events) {
    const text = JSON.stringify(event);
    const isFull = texts.length === LIMITS.frameEvents || chars + text.length > LIMITS.frameChars;
    if (texts.length > 0 && isFull) yield frame();
    if (texts.length === 0) firstSeq = event.seq;
    texts.push(text);
    chars += text.length;
    lastSeq = event.seq;
  }
  if (texts.length > 0) yield frame();
}

/** The frames that were written last. Many who read the same run slowly would unpack the same parts again and again. */
export class RecentFrames {
  readonly #frames = new Map<string, Frame>();
  #bytes = 0;

  add(run: string, frame: Frame): void {
    const key = `${run} ${frame.firstSeq}`;
    this.#bytes += frame.bytes - (this.#frames.get(key)?.bytes ?? 0);
    this.#frames.set(key, frame);
    for (const [oldest, { bytes }] of this.#frames) {
      if (this.#bytes <= LIMITS.recentBytes) return;
      this.#frames.delete(oldest);
      this.#bytes -= bytes;
    }
  }

  /** Frames of a run right after `after`, as far as they follow each other. */
  *after(run: string, after: number): Generator<Frame> {
    for (let frame = this.#frames.get(`${run} ${after + 1}`); frame; ) {
      yield frame;
      frame = this.#frames.get(`${run} ${frame.lastSeq + 1}`);
    }
  }

  /** Seqs have come to mean other events. */
  clear(): void {
    this.#frames.clear();
    this.#bytes = 0;
  }
}
