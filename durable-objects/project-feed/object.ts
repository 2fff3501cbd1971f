import { DurableObject } from "cloudflare:workers";
import type { Dropped, FeedMessage } from "./protocol.ts";

/** What is kept with a socket while the object sleeps. */
interface Attachment {
  /** Null = all. */
  entities: string[] | null;
}

/** The live board of one project: tells everybody who watches which rows are new. Keeps a count of what nobody keeps. */
export class ProjectFeed extends DurableObject<Env> {
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

  /** Sends messages to those who asked for their entity, one frame a message. */
  publish(messages: FeedMessage[]): void {
    const sockets = this.ctx.getWebSockets();
    if (sockets.length === 0) return;
    const frames = messages.map((message) => ({ entity: message.entity, text: JSON.stringify(message) }));
    for (const socket of sockets) {
      const { entities } = socket.deserializeAttachment() as Attachment;
      try {
        for (const frame of frames) if (entities === null || entities.includes(frame.entity)) socket.send(frame.text);
      } catch {
        // The peer is gone; its close event tidies up.
      }
    }
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
