import { heldFor, Window } from "../window.ts";
import { LIMITS } from "./limits.ts";

/** What is kept with a socket while the object sleeps. */
export interface Attachment {
  /** Null = all. */
  entities: string[] | null;
}

/** A message as it is sent. */
export interface Frame {
  entity: string;
  text: string;
  /** In UTF-8, as the runtime counts what it holds. */
  bytes: number;
}

/** One who watches a board. */
export class Client {
  readonly #socket: WebSocket;
  readonly #entities: string[] | null;
  readonly #window = new Window(LIMITS.windowBytes);
  #sent = 0;
  #read = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#entities = (socket.deserializeAttachment() as Attachment).entities;
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.READY_STATE_OPEN;
  }

  /** Bytes by which the client is behind. */
  get behind(): number {
    return this.#window.behind(heldFor(this.#socket));
  }

  /** Sends what the client asked for. A peer that is gone takes nothing: its close event tidies up. */
  send(frames: readonly Frame[]): void {
    try {
      for (const { entity, text, bytes } of frames) {
        if (this.#entities !== null && !this.#entities.includes(entity)) continue;
        this.#socket.send(text);
        this.#window.send(bytes, ++this.#sent);
      }
    } catch {
      // The peer is gone.
    }
  }

  /** The client has read so many messages more. */
  acknowledge(messages: number): void {
    // An object that slept does not know of what it sent before.
    this.#read = Math.min(this.#read + messages, this.#sent);
    this.#window.acknowledge(this.#read);
  }

  cut(): void {
    this.#socket.close(4408, "You read too slowly, or did not acknowledge. Connect again, and read the lists anew.");
  }
}
