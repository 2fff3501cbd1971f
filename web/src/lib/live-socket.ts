import { api } from "./api.ts";
import { backoff } from "./backoff.ts";

export type LiveState = "connecting" | "live" | "reconnecting";

export interface LiveSocketOptions {
  /** Asked before every connection, because a cursor in it moves on. */
  path: () => string;
  onMessage: (message: unknown) => void;
  onState: (state: LiveState) => void;
  /** For a run's events: the newest seq that was taken. The server is told it now and then; of a board, how many messages. */
  read?: () => number;
  /** The connection is back after a break: what was missed must be fetched. */
  onReturn?: () => void;
}

/** A connection that has lasted this long was a good one: the next break starts with a short wait again. */
const GOOD_MS = 5_000;

/** Characters after which the server is told how far the page has read: it waits for that rather than send without end. */
const ACK_CHARS = 128_000;

/** The server's word for one that fell behind: it waits to go on, so there is nothing to wait for. */
const TOO_SLOW = 4408;

/** Refused this often in a row, it may be more than the network. */
const ASK_WHY_AT = 2;

/** A WebSocket that comes back by itself: after a break, when the network returns and when the page is looked at again. */
export function liveSocket(options: LiveSocketOptions): { close: () => void } {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let wasOpen = false;
  let closed = false;

  function connect() {
    clearTimeout(timer);
    const opened = new WebSocket(new URL(options.path(), location.href.replace(/^http/, "ws")));
    socket = opened;
    let since = Number.POSITIVE_INFINITY;
    let chars = 0;
    let messages = 0;
    opened.onopen = () => {
      since = Date.now();
      options.onState("live");
      if (wasOpen) options.onReturn?.();
      wasOpen = true;
    };
    opened.onmessage = (event) => {
      try {
        options.onMessage(JSON.parse(String(event.data)));
      } catch (error) {
        console.error("A live message could not be read", error);
      }
      chars += String(event.data).length;
      messages++;
      if (chars < ACK_CHARS || opened.readyState !== WebSocket.OPEN) return;
      opened.send(JSON.stringify({ type: "ack", ...(options.read ? { seq: options.read() } : { messages }) }));
      chars = messages = 0;
    };
    opened.onclose = ({ code }) => {
      if (closed || socket !== opened) return;
      socket = null;
      if (Date.now() - since > GOOD_MS || code === TOO_SLOW) attempt = 0;
      options.onState(wasOpen || attempt > 0 ? "reconnecting" : "connecting");
      // A browser does not tell why a socket was refused. If the sign-in has ended, this request leads to the sign-in page.
      if (since === Number.POSITIVE_INFINITY && attempt === ASK_WHY_AT) api.me().catch(() => {});
      timer = setTimeout(connect, backoff(attempt++, Math.random()));
    };
  }

  function retryNow() {
    if (socket === null && !closed && document.visibilityState === "visible") connect();
  }

  options.onState("connecting");
  connect();
  addEventListener("online", retryNow);
  document.addEventListener("visibilitychange", retryNow);

  return {
    close() {
      closed = true;
      clearTimeout(timer);
      removeEventListener("online", retryNow);
      document.removeEventListener("visibilitychange", retryNow);
      socket?.close();
    },
  };
}
