import type { RunEvent } from "../../src/events/event.ts";
import { decodePart, memberAt } from "../../src/events/part.ts";
import { type Frame, framesOf, RecentFrames } from "./frames.ts";
import { LIMITS } from "./limits.ts";
import { type Attachment, Reader } from "./reader.ts";
import type { LogStorage, NewPart } from "./storage.ts";

/** Reads events of a run that the object no longer holds, from `after` on, oldest first; empty if there are none. */
export type ArchiveReader = (project: string, run: string, after: number) => Promise<RunEvent[]>;

/** The sockets that the runtime keeps for the object; the part of DurableObjectState that is used here. */
export interface SocketKeeper {
  acceptWebSocket(socket: WebSocket, tags: string[]): void;
  getWebSockets(tag?: string): WebSocket[];
}

/**
 * Sends a run's events to those who watch it: first what they missed, then what comes, without a hole between. Who reads too
 * slowly for what comes is sent it from the log, at its own pace; who stops reading is sent away.
 */
export class Subscribers {
  readonly #sockets: SocketKeeper;
  readonly #storage: LogStorage;
  readonly #archive: ArchiveReader;
  readonly #recent = new RecentFrames();
  readonly #readers = new WeakMap<WebSocket, Reader>();
  /** Those who wait until there is room for more, each with when it last read on and how far it was behind then. */
  readonly #waiting = new Map<Reader, { go: () => void; behind: number; since: number }>();
  #looking = false;
  #reading = 0;
  /** Those who wait for their turn at the archive. */
  readonly #turns: (() => void)[] = [];
  /** Bytes that wait for all readers together, as last counted, and what was sent since. */
  #held = { at: 0, bytes: 0 };

  constructor(sockets: SocketKeeper, storage: LogStorage, archive: ArchiveReader) {
    this.#sockets = sockets;
    this.#storage = storage;
    this.#archive = archive;
    // A backfill does not outlive the object. Its reader would wait for ever.
    for (const socket of sockets.getWebSockets()) {
      if (!(socket.deserializeAttachment() as Attachment).live) socket.close(1012, "Connect again with ?after=.");
    }
  }

  /**
   * Takes a socket in and greets it. The caller keeps the object awake for the backfill that is returned.
   * @param after seq that the subscriber has already; @param knownLast newest seq that the projections know of
   */
  accept(socket: WebSocket, project: string, run: string, after: number, knownLast: number): Promise<void> {
    this.#sockets.acceptWebSocket(socket, [run]);
    const reader = new Reader(socket, { run, project, live: false }, after);
    reader.live = false;
    this.#readers.set(socket, reader);
    const last = Math.max(this.#storage.lastSeq(run), knownLast);
    socket.send(JSON.stringify({ type: "hello", last_seq: last, window_bytes: LIMITS.windowBytes }));
    return this.#follow(reader, knownLast);
  }

  /** A reader has said how far it has read. Anything else that a socket says is nothing to us. */
  hear(socket: WebSocket, message: string | ArrayBuffer): void {
    const seq = acknowledged(message);
    if (seq !== null) this.#readerOf(socket).acknowledge(seq);
  }

  /** Sends a reader what the log has after what it was sent, as fast as it reads, until it is live. */
  async #follow(reader: Reader, knownLast: number): Promise<void> {
    try {
      while (await this.#room(reader)) {
        // From here to `live = true` nothing awaits, so no event can slip between the last look and the switch.
        if (!this.#send(reader, this.#recent.after(reader.run, reader.seq))) continue;
        const held = this.#heldAfter(reader.run, reader.seq);
        if (held.length > 0) {
          this.#send(reader, this.#remembered(reader.run, framesOf(held)));
          continue;
        }
        if (reader.seq >= Math.max(this.#storage.lastSeq(reader.run), knownLast)) {
          reader.live = true;
          return;
        }
        const events = await this.#archived(reader);
        if (events.length === 0) {
          reader.close(1011, "The older part of this run cannot be read right now. Connect again with ?after=.");
          return;
        }
        this.#send(reader, this.#remembered(reader.run, framesOf(events)));
      }
    } catch (error) {
      reader.close(1011, "Reading the run failed. Connect again with ?after=.");
      console.error(JSON.stringify({ at: "run-log.follow", run: reader.run, error: String(error) }));
    }
  }

  *#remembered(run: string, frames: Iterable<Frame>): Generator<Frame> {
    for (const frame of frames) {
      this.#recent.add(run, frame);
      yield frame;
    }
  }

  /** Some events right after `after` that the object holds; empty if it does not hold the very next one. */
  #heldAfter(run: string, after: number): RunEvent[] {
    const tail = this.#storage.held(run, after, LIMITS.stepBytes);
    if (tail.length === 0 || (tail[0]?.firstSeq ?? 0) > after + 1) return [];
    const events: RunEvent[] = [];
    let next = after + 1;
    for (const part of tail) {
      if (part.firstSeq > next) break;
      for (const event of decodePart(part.member, part.place, part.firstSeq, part.skip))
        if (event.seq >= next) events.push(event);
      next = part.lastSeq + 1;
    }
    return events;
  }

  /** The next events from the archive, when it is this reader's turn. */
  async #archived({ project, run, seq }: Reader): Promise<RunEvent[]> {
    if (this.#reading === LIMITS.archiveReads) await new Promise<void>((resolve) => this.#turns.push(resolve));
    else this.#reading++;
    try {
      return await this.#archive(project, run, seq);
    } finally {
      const next = this.#turns.shift();
      if (next) next();
      else this.#reading--;
    }
  }

  /** Hands a new part to the run's live viewers. Costs nothing when nobody watches. */
  push(part: Omit<NewPart, "delta" | "text" | "spanIds">, body: Uint8Array): void {
    let frames: Frame[] | undefined;
    for (const socket of this.#sockets.getWebSockets(part.run)) {
      const reader = this.#readerOf(socket);
      if (!reader.live || !reader.open) continue;
      // Written once for all: it costs more than sending.
      frames ??= [...framesOf(decodePart(memberAt(body, part.place), part.place, part.firstSeq, part.skip))];
      reader.seq = part.firstSeq - 1;
      if (this.#send(reader, frames)) continue;
      for (const frame of frames) this.#recent.add(part.run, frame);
      reader.live = false;
      void this.#follow(reader, 0);
    }
  }

  /** Sends frames while there is room for them; returns whether that was so to the end. */
  #send(reader: Reader, frames: Iterable<Frame>): boolean {
    for (const frame of frames) {
      if (!this.#hasRoom(reader)) return false;
      this.#held.bytes += reader.send(frame);
    }
    return true;
  }

  #hasRoom(reader: Reader): boolean {
    return (
      reader.behind < LIMITS.windowBytes && (reader.held < LIMITS.fairBytes || this.#count() < LIMITS.waitingBytes)
    );
  }

  /** Waits until the reader can take more; false if it is gone. Others have their turn meanwhile. */
  #room(reader: Reader): Promise<boolean> {
    return new Promise((resolve) => {
      const go = () => resolve(reader.open);
      this.#waiting.set(reader, { go, behind: reader.behind, since: Date.now() });
      this.#lookSoon(reader.behind < LIMITS.windowBytes / 2 ? 0 : LIMITS.lookEveryMs);
    });
  }

  /** One timer for all who wait: a thousand of their own would be the larger load. */
  #lookSoon(ms: number): void {
    if (this.#looking) return;
    this.#looking = true;
    setTimeout(() => {
      this.#looking = false;
      this.#look(Date.now());
      if (this.#waiting.size > 0) this.#lookSoon(LIMITS.lookEveryMs);
    }, ms);
  }

  #look(now: number): void {
    const patience = this.#count() < LIMITS.waitingBytes ? LIMITS.stalledMs : LIMITS.pressedMs;
    for (const [reader, wait] of this.#waiting) {
      const { behind } = reader;
      if (behind < wait.behind) Object.assign(wait, { behind, since: now });
      const hasRoom = this.#hasRoom(reader);
      // What waits for it stays with the runtime until its connection ends, but nothing is added to it.
      if (!hasRoom && now - wait.since >= patience) reader.cut();
      if (!hasRoom && reader.open) continue;
      this.#waiting.delete(reader);
      wait.go();
    }
  }

  /** Bytes that wait for all readers together, also for those that were sent away and are still connected. */
  #count(): number {
    const now = Date.now();
    if (now - this.#held.at >= LIMITS.lookEveryMs) {
      let bytes = 0;
      for (const socket of this.#sockets.getWebSockets()) bytes += this.#readerOf(socket).held;
      this.#held = { at: now, bytes };
    }
    return this.#held.bytes;
  }

  #readerOf(socket: WebSocket): Reader {
    let reader = this.#readers.get(socket);
    if (!reader) {
      const attachment = socket.deserializeAttachment() as Attachment;
      reader = new Reader(socket, attachment, 0);
      this.#readers.set(socket, reader);
    }
    return reader;
  }

  /** Whether anybody watches any run of this object. */
  get any(): boolean {
    return this.#sockets.getWebSockets().length > 0;
  }

  /** Sends the viewers of a run away, with a code that says they should come back. */
  disconnect(run: string, code: number, reason: string): void {
    this.#recent.clear();
    for (const socket of this.#sockets.getWebSockets(run)) socket.close(code, reason);
  }
}

/** The seq of `{"type":"ack","seq":n}`; null for anything else. */
function acknowledged(message: string | ArrayBuffer): number | null {
  if (typeof message !== "string" || message.length > LIMITS.ackChars) return null;
  try {
    const said = JSON.parse(message) as { type?: unknown; seq?: unknown } | null;
    return said?.type === "ack" && Number.isSafeInteger(said.seq) ? (said.seq as number) : null;
  } catch {
    return null;
  }
}
