import { heldFor, Window } from "../../../durable-objects/window.ts";
import type { RunEvent } from "../../events/event.ts";
import { reasoningRow } from "./reasoning-row.ts";

/** Bytes that may be on their way to one reader; beyond it the log is not told that more was read, and stops sending. */
const WINDOW_BYTES = 2_000_000;

/** How often it is looked whether a reader who is behind has read on; the runtime does not tell. */
const LOOK_EVERY_MS = 250;

/** Characters of the log's frames between two acknowledgements to it. */
const ACK_CHARS = 128_000;

type LogFrame = { type: "hello"; last_seq: number } | { type: "events"; events: RunEvent[] };

/**
 * Says what a run's log tells of its thinking to one reader, in the session's own words. The object behind `log` can sleep:
 * this side is only memory. Ends when either of them does, with the log's reason.
 * @returns the reader's end
 */
export function bridgeReasoning(log: WebSocket, runId: string): WebSocket {
  const { 0: reader, 1: socket } = new WebSocketPair();
  const window = new Window(WINDOW_BYTES);
  let seen = 0;
  let unacknowledged = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  const say = (message: object) => {
    const text = JSON.stringify(message);
    socket.send(text);
    window.send(text.length, seen);
  };
  /** Lets the log send more, once the reader has read what it was sent. */
  const acknowledge = () => {
    if (unacknowledged < ACK_CHARS) return;
    if (window.behind(heldFor(socket)) >= WINDOW_BYTES) {
      timer ??= setInterval(acknowledge, LOOK_EVERY_MS);
      return;
    }
    clearInterval(timer);
    timer = undefined;
    unacknowledged = 0;
    log.send(JSON.stringify({ type: "ack", seq: seen }));
  };
  const end = (code: number, reason: string) => {
    clearInterval(timer);
    for (const each of [log, socket]) {
      try {
        each.close(code, reason);
      } catch {
        // It was closed already.
      }
    }
  };
  /** What the reader or the log does when the other one has just gone is no failure. */
  const quietly = (act: () => void) => {
    try {
      act();
    } catch {
      end(1011, "Connect again with ?after=.");
    }
  };

  log.addEventListener("message", ({ data }) =>
    quietly(() => {
      const text = String(data);
      const frame = JSON.parse(text) as LogFrame;
      if (frame.type === "hello") {
        say({ type: "hello", run_id: runId, last_seq: frame.last_seq });
        // Only who acknowledges is held to it, and waited for.
        log.send(JSON.stringify({ type: "ack", seq: seen }));
        return;
      }
      for (const event of frame.events) {
        seen = event.seq;
        const message = messageOf(event, runId);
        if (message) say(message);
      }
      unacknowledged += text.length;
      acknowledge();
    }),
  );
  log.addEventListener("close", ({ code, reason }) => end(closeCode(code), reason));
  log.addEventListener("error", () => end(1011, "Connect again with ?after=."));
  socket.addEventListener("message", ({ data }) =>
    quietly(() => {
      if (data === "ping") socket.send("pong");
      const seq = acknowledged(data);
      if (seq !== null) window.acknowledge(seq);
      acknowledge();
    }),
  );
  socket.addEventListener("close", () => end(1000, "The reader is gone."));
  socket.addEventListener("error", () => end(1011, "The reader is gone."));
  socket.accept();
  log.accept();
  return reader;
}

function messageOf(event: RunEvent, runId: string): object | null {
  const found = reasoningRow(event, runId);
  switch (found?.of) {
    case "steps":
      return { type: "new_step", step: found.row };
    case "synthesis":
      return { type: "synthesis", synthesis: found.row };
    case "findings":
      return { type: found.row.kind, finding: found.row };
    default:
      return null;
  }
}

/** Codes of our own are passed on; those that only a runtime may give are not. */
function closeCode(code: number): number {
  return code === 1000 || (code >= 3000 && code <= 4999) ? code : 1012;
}

/** The seq of `{"type":"ack","seq":n}`; null for anything else. */
function acknowledged(message: unknown): number | null {
  if (typeof message !== "string" || message.length > 100) return null;
  try {
    const said = JSON.parse(message) as { type?: unknown; seq?: unknown } | null;
    return said?.type === "ack" && Number.isSafeInteger(said.seq) ? (said.seq as number) : null;
  } catch {
    return null;
  }
}
