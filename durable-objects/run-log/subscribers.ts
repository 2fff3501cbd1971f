import type { RunEvent } from "../../src/events/event.ts";
import { decodePart, memberAt } from "../../src/events/part.ts";
import { LIMITS } from "./limits.ts";
import type { LogStorage, NewPart } from "./storage.ts";

/** What is kept with a socket while the object sleeps. */
interface Attachment {
  run: string;
  /** Backfill is over: new events are sent as they come. */
  live: boolean;
}

/** Reads events of a run that the object no longer holds, from `after` on, oldest first; empty if there are none. */
export type ArchiveReader = (run: string, after: number) => Promise<RunEvent[]>;

/** The sockets that the runtime keeps for the object; the part of DurableObjectState that is used here. */
export interface SocketKeeper {
  acceptWebSocket(socket: WebSocket, tags: string[]): void;
  getWebSockets(tag?: string): WebSocket[];
}

/** Sends a run's events to those who watch it: first what they missed, then what comes, without a hole between. */
export class Subscribers {
  readonly #sockets: SocketKeeper;
  readonly #storage: LogStorage;

  constructor(sockets: SocketKeeper, storage: LogStorage) {
    this.#sockets = sockets;
    this.#storage = storage;
  }

  /**
   * Takes a socket in and greets it. The caller runs the backfill that is returned.
   * @param after seq that the subscriber has already; @param knownLast newest seq that the projections know of
   */
  accept(socket: WebSocket, run: string, after: number, knownLast: number, archive: ArchiveReader): Promise<void> {
    this.#sockets.acceptWebSocket(socket, [run]);
    socket.serializeAttachment({ run, live: false } satisfies Attachment);
    const last = Math.max(this.#storage.lastSeq(run), knownLast);
    socket.send(JSON.stringify({ type: "hello", last_seq: last }));
    return this.#backfill(socket, run, after, knownLast, archive);
  }

  async #backfill(
    socket: WebSocket,
    run: string,
    after: number,
    knownLast: number,
    archive: ArchiveReader,
  ): Promise<void> {
    let sent = after;
    for (;;) {
      // From here to `live: true` nothing awaits, so no event can slip between the last look and the switch.
      const held = this.#held(run, sent);
      if (held.length > 0) {
        sendEvents(socket, held);
        sent = held.at(-1)?.seq ?? sent;
        continue;
      }
      if (sent >= Math.max(this.#storage.lastSeq(run), knownLast)) {
        socket.serializeAttachment({ run, live: true } satisfies Attachment);
        return;
      }
      const events = await archive(run, sent);
      if (events.length === 0) {
        socket.close(1011, "The older part of this run cannot be read right now. Connect again with ?after=.");
        return;
      }
      sendEvents(socket, events);
      sent = events.at(-1)?.seq ?? sent;
    }
  }

  /** Events right after `sent` that the object holds; empty if it does not hold the very next one. */
  #held(run: string, sent: number): RunEvent[] {
    const tail = this.#storage.held(run, sent, LIMITS.rowBytes);
    if (tail.length === 0 || (tail[0]?.firstSeq ?? 0) > sent + 1) return [];
    const events: RunEvent[] = [];
    let next = sent + 1;
    for (const part of tail) {
      if (part.firstSeq > next) break;
      for (const event of decodePart(part.member, part.place, part.firstSeq, part.skip))
        if (event.seq >= next) events.push(event);
      next = part.lastSeq + 1;
    }
    return events;
  }

  /** Hands a new part to the run's live viewers. Costs nothing when nobody watches. */
  push(part: Omit<NewPart, "delta" | "spanIds">, body: Uint8Array): void {
    let events: RunEvent[] | undefined;
    for (const socket of this.#sockets.getWebSockets(part.run)) {
      if (!(socket.deserializeAttachment() as Attachment).live) continue;
      events ??= decodePart(memberAt(body, part.place), part.place, part.firstSeq, part.skip);
      sendEvents(socket, events);
    }
  }

  /** Whether anybody watches any run of this object. */
  get any(): boolean {
    return this.#sockets.getWebSockets().length > 0;
  }

  /** Sends the viewers of a run away, with a code that says they should come back. */
  disconnect(run: string, code: number, reason: string): void {
    for (const socket of this.#sockets.getWebSockets(run)) socket.close(code, reason);
  }
}

function sendEvents(socket: WebSocket, events: RunEvent[]): void {
  for (let at = 0; at < events.length; at += LIMITS.frameEvents) {
    try {
      socket.send(JSON.stringify({ type: "events", events: events.slice(at, at + LIMITS.frameEvents) }));
    } catch {
      return; // The peer is gone; its close event tidies up.
    }
  }
}
