import { DurableObject } from "cloudflare:workers";
import { type Attachment, Client } from "./client.ts";
import { LIMITS, windowOf } from "./limits.ts";
import type { Dropped, FeedMessage } from "./protocol.ts";

/** The live board of one project: tells everybody who watches which rows are new. Keeps a count of what nobody keeps. */
export class ProjectFeed extends DurableObject<Env> {
  readonly #clients = new WeakMap<WebSocket, Client>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** WebSocket: `?entities=Run,Artifact` narrows what is sent. */
  override async fetch(request: Request): Promise<Response> {
    const entities = new URL(request.url).searchParams.get("entities");
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment({ entities: entities ? entities.split(",") : null } satisfies Attachment);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** How many clients watch. */
  clients(): number {
    return this.ctx.getWebSockets().length;
  }

  /** Closes all connections: a key was revoked, and nobody knows whose is whose. Those who may come back do. */
  sendAway(): void {
    for (const socket of this.ctx.getWebSockets()) socket.close(1012, "Connect again.");
  }

  /**
   * Sends messages to those who asked for their entity, one frame a message. A client gets all of them or is sent away: what it
   * missed is in the lists, and nobody can read on from a hole that he does not know of.
   * @param omitted rows that came with these and are not among them; the last message says so
   */
  publish(messages: FeedMessage[], omitted = 0): void {
    const sockets = this.ctx.getWebSockets();
    if (sockets.length === 0) return;
    const frames = messages.map((message, n) => {
      const text = JSON.stringify(omitted > 0 && n === messages.length - 1 ? { ...message, omitted } : message);
      return { entity: message.entity, text, bytes: Buffer.byteLength(text) };
    });
    const window = windowOf(sockets.length);
    for (const socket of sockets) {
      const client = this.#clientOf(socket);
      if (!client.open) continue;
      if (client.behind > window) client.cut();
      else client.send(frames);
    }
  }

  /** `{"type":"ack","messages":n}`: the client has read n messages since it said so last. Anything else is nothing to us. */
  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    if (typeof message !== "string" || message.length > LIMITS.ackChars) return;
    try {
      const said = JSON.parse(message) as { type?: unknown; messages?: unknown } | null;
      const count = said?.type === "ack" ? said.messages : null;
      if (Number.isSafeInteger(count)) this.#clientOf(socket).acknowledge(Math.max(0, count as number));
    } catch {
      // Not JSON.
    }
  }

  #clientOf(socket: WebSocket): Client {
    let client = this.#clients.get(socket);
    if (!client) {
      client = new Client(socket);
      this.#clients.set(socket, client);
    }
    return client;
  }

  /** Adds to the counts of what clients sent and Runlight does not keep. */
  countDropped(more: Partial<Dropped>): void {
    const sum = this.dropped();
    for (const name of ["log_records", "data_points"] as const) sum[name] += more[name] ?? 0;
    this.ctx.storage.kv.put("dropped", sum);
  }

  /** What was let go since the project began. */
  dropped(): Dropped {
    return this.ctx.storage.kv.get<Dropped>("dropped") ?? { log_records: 0, data_points: 0 };
  }

  override webSocketClose(): void {}

  override webSocketError(): void {}
}
