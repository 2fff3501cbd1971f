import { heldFor, Window } from "../window.ts";
import type { Frame } from "./frames.ts";
import { LIMITS } from "./limits.ts";

/** What is kept with a socket while the object sleeps. */
export interface Attachment {
  run: string;
  project: string;
  /** Everything there was is sent: new events follow as they come. */
  live: boolean;
}

/** One who watches a run. */
export class Reader {
  readonly run: string;
  readonly project: string;
  /** Newest seq that was sent. Of a live reader only sure while something is sent: see `push`. */
  seq: number;
  #live: boolean;
  readonly #socket: WebSocket;
  readonly #window = new Window(LIMITS.windowBytes);

  constructor(socket: WebSocket, { run, project, live }: Attachment, seq: number) {
    this.#socket = socket;
    this.run = run;
    this.project = project;
    this.#live = live;
    this.seq = seq;
  }

  get live(): boolean {
    return this.#live;
  }

  set live(live: boolean) {
    this.#live = live;
    this.#socket.serializeAttachment({ run: this.run, project: this.project, live } satisfies Attachment);
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.READY_STATE_OPEN;
  }

  /** Bytes by which the reader is behind, by its acknowledgements and by what the runtime holds. */
  get behind(): number {
    return this.#window.behind(heldFor(this.#socket));
  }

  /** Bytes that wait for the reader in memory, as far as that can be known. */
  get held(): number {
    return heldFor(this.#socket) ?? this.#window.unread;
  }

  /** Sends a frame; returns its size. A peer that is gone takes nothing. */
  send({ text, bytes, lastSeq }: Frame): number {
    try {
      this.#socket.send(text);
    } catch {
      this.close(1011, "Connect again with ?after=.");
      return 0;
    }
    this.#window.send(bytes, lastSeq);
    this.seq = lastSeq;
    return bytes;
  }

  acknowledge(seq: number): void {
    this.#window.acknowledge(seq);
  }

  /** Sends the reader away; it comes back for what follows what it was sent. */
  cut(): void {
    this.close(4408, `You read too slowly, or did not acknowledge. Connect again with ?after=${this.seq}`);
  }

  close(code: number, reason: string): void {
    try {
      this.#socket.close(code, reason);
    } catch {
      // It was closed already.
    }
  }
}
