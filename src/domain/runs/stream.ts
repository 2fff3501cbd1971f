import { type Ctx, requireScope } from "../../context.ts";
import { AppError } from "../../errors.ts";
import type { RunEvent } from "../../events/event.ts";
import { lastSeqOf, readRun } from "./get.ts";
import { openLog } from "./subscribe.ts";

/** Milliseconds between signs of life: proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000;

/** After the end of a run, how long to wait for what may still be on its way. */
const GRACE_MS = 1_000;

/**
 * Bytes that may wait for a reader here. The log sends no more than its window beyond what is acknowledged, and lets a reader
 * go that takes nothing: this is for events that grow as they are written.
 */
const MAX_BEHIND = 16 * 1024 * 1024;

/** Characters that a reader takes between two acknowledgements. */
const ACK_CHARS = 128_000;

const encoder = new TextEncoder();

/** How an event is written into the stream. */
export type Writer = (event: RunEvent) => string;

/** `id` is the seq, so that a browser that reconnects names the last one it had. */
export const asServerSentEvent: Writer = (event) =>
  `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

/**
 * A run's log as Server-Sent Events: what came after `Last-Event-ID` (or `?after=`), then what comes. Ends when the run has
 * ended and all was sent; whoever asks again then is answered 204, which tells browsers to stop.
 * @throws AppError `run_not_found`, `invalid_request`
 */
export async function stream(ctx: Ctx, runId: string, request: Request, write = asServerSentEvent): Promise<Response> {
  requireScope(ctx, "read");
  const asked = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after") ?? "0";
  const after = /^\d{1,15}$/.test(asked) ? Number(asked) : Number.NaN;
  if (Number.isNaN(after)) {
    throw new AppError("invalid_request", "Last-Event-ID and after must be a seq: a whole number from 0 on.");
  }
  const [last, run] = await Promise.all([lastSeqOf(ctx, runId), readRun(ctx, runId)]);
  const ended = run.status !== "running";
  if (ended && after >= last) return new Response(null, { status: 204 });
  const { webSocket } = await openLog(ctx, runId, after, last);
  if (!webSocket) throw new AppError("unavailable", "The run's log cannot be opened just now.", { retryAfter: 1 });
  return new Response(bridge(webSocket, write, ended), {
    headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" },
  });
}

/** The events that a socket brings, as text. The object behind the socket can sleep; this side is only memory and a timer. */
function bridge(socket: WebSocket, write: Writer, ended: boolean): ReadableStream<Uint8Array> {
  let timers: ReturnType<typeof setTimeout>[] = [];
  let sent = 0;
  let unacknowledged = 0;
  /** Tells the log how far the reader has come, which only this side can see. */
  const acknowledge = () => {
    unacknowledged = 0;
    try {
      socket.send(JSON.stringify({ type: "ack", seq: sent }));
    } catch {
      // It is closed.
    }
  };
  const stop = () => {
    for (const timer of timers) clearTimeout(timer);
    timers = [];
    try {
      socket.close(1000, "The reader is done.");
    } catch {
      // It was closed already.
    }
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let over = false;
        let known = 0;
        let isEnded = ended;
        let grace: ReturnType<typeof setTimeout> | undefined;
        const end = (error?: Error) => {
          if (over) return;
          over = true;
          stop();
          if (error) controller.error(error);
          else controller.close();
        };
        const say = (text: string) => {
          if (over) return;
          controller.enqueue(encoder.encode(text));
          if ((controller.desiredSize ?? 0) < -MAX_BEHIND) end(new Error("The reader is too slow."));
        };
        const endSoon = () => {
          clearTimeout(grace);
          if (!isEnded || sent < known) return;
          grace = setTimeout(() => end(), GRACE_MS);
          timers.push(grace);
        };
        timers.push(setInterval(() => say(": still here\n\n"), HEARTBEAT_MS));
        socket.addEventListener("message", ({ data }) => {
          const frame = JSON.parse(String(data)) as
            | { type: "hello"; last_seq: number }
            | { type: "events"; events: RunEvent[] };
          if (frame.type === "hello") {
            known = frame.last_seq;
            acknowledge();
            say("retry: 1000\n\n");
          } else {
            for (const event of frame.events) {
              say(write(event));
              sent = event.seq;
              isEnded = isEnd(event) ?? isEnded;
            }
            unacknowledged += String(data).length;
            if (unacknowledged >= ACK_CHARS && !over && (controller.desiredSize ?? 0) > 0) acknowledge();
          }
          endSoon();
        });
        socket.addEventListener("close", () => end());
        socket.addEventListener("error", () => end());
        socket.accept();
      },
      pull() {
        if (unacknowledged >= ACK_CHARS) acknowledge();
      },
      cancel: stop,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }),
  );
}

/** Whether an event ends its run, or begins it anew; undefined if it says nothing of that. */
function isEnd({ type, data }: RunEvent): boolean | undefined {
  switch (type) {
    case "RUN_FINISHED":
    case "RUN_ERROR":
    case "RUN_CANCELLED":
      return true;
    case "RUN_STARTED":
      return false;
    case "SPAN": {
      const span = data as { parent_span_id: string | null; end_time_unix_nano: string };
      return span.parent_span_id === null && span.end_time_unix_nano !== "0" ? true : undefined;
    }
    default:
      return undefined;
  }
}
