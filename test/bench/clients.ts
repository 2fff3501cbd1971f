// Many WebSocket clients in a process of their own, for sockets.ts and board.ts. They speak the protocol over bare connections:
// a library's work for each message would be most of what is measured. Told what to do by one message from the parent.
import { randomBytes } from "node:crypto";
import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** What the parent says first. */
export interface Order {
  origin: string;
  path: string;
  key: string;
  count: number;
  /** How the messages are to be read. */
  kind: "run" | "board";
}

/** What the parent is told at the end. */
export interface Tally {
  clients: number;
  closed: { code: number; reason: string }[];
  messages: number;
  bytes: number;
  /** Events (a run) or messages of rows (a board) over all clients. */
  received: number;
  /** For a run: seqs that did not follow the one before. */
  outOfPlace: number;
  /** Each client's newest seq, or how many different rows it was told of: the least and the most. */
  least: number;
  most: number;
  /** What the server said it left out, as the first client heard it. */
  omitted: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Characters after which a client says what it has read, as the dashboard does. */
const ACK_BYTES = 128_000;

/** What a message is about; the same text comes to every client, so it is parsed once. */
interface Parsed {
  seqs: number[];
  rows: string[];
  omitted: number;
  /** When each was sent, in ms. */
  sentAt: number[];
}

const now = () => performance.timeOrigin + performance.now();

function parse(text: string): Parsed {
  const parsed: Parsed = { seqs: [], rows: [], omitted: 0, sentAt: [] };
  const message = JSON.parse(text) as Record<string, unknown>;
  if (message.type === "events") {
    for (const event of message.events as { seq: number; data: { value?: { at?: number } } }[]) {
      parsed.seqs.push(event.seq);
      if (event.data.value?.at) parsed.sentAt.push(event.data.value.at);
    }
  } else if (message.entity === "Run") {
    const { id, name } = message.data as { id: string; name: string };
    parsed.rows.push(id);
    parsed.omitted = Number(message.omitted ?? 0);
    const at = Number(name.split(" ")[1]);
    if (at > 0) parsed.sentAt.push(at);
  }
  return parsed;
}

/** The latest texts: clients are at most a little apart. */
const parsedTexts = new Map<string, Parsed>();
function parsedOf(text: string): Parsed {
  let parsed = parsedTexts.get(text);
  if (!parsed) {
    parsed = parse(text);
    parsedTexts.set(text, parsed);
    if (parsedTexts.size > 2_000) parsedTexts.delete(parsedTexts.keys().next().value as string);
  }
  return parsed;
}

/** Latencies in steps of a tenth of a millisecond. */
const latencies = new Map<number, number>();
const total = { messages: 0, bytes: 0, received: 0, outOfPlace: 0, omitted: 0 };
const closed: { code: number; reason: string }[] = [];

class Client {
  readonly #order: Order;
  readonly #isFirst: boolean;
  readonly #socket: net.Socket;
  readonly rows = new Set<string>();
  last = 0;
  #rest: Buffer = Buffer.alloc(0);
  #unread = 0;
  #messages = 0;

  constructor(order: Order, socket: net.Socket, isFirst: boolean) {
    this.#order = order;
    this.#socket = socket;
    this.#isFirst = isFirst;
  }

  static open(order: Order, isFirst: boolean): Promise<Client> {
    const { hostname, port } = new URL(order.origin);
    const socket = net.connect(Number(port), hostname);
    socket.setNoDelay(true);
    socket.write(
      `GET ${order.path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${order.key}\r\nUpgrade: websocket\r\n` +
        `Connection: Upgrade\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.once("data", (first: Buffer) => {
        const end = first.indexOf("\r\n\r\n") + 4;
        if (!first.subarray(0, 15).includes(" 101")) return reject(new Error(first.toString()));
        const client = new Client(order, socket, isFirst);
        client.take(first.subarray(end));
        socket.on("data", (chunk: Buffer) => client.take(chunk));
        resolve(client);
      });
    });
  }

  /** Unmasked and unfragmented, as servers send. */
  take(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    while (at + 2 <= bytes.length) {
      const short = (bytes[at + 1] as number) & 0x7f;
      const head = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (at + head > bytes.length) break;
      const length =
        short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short === 126 ? bytes.readUInt16BE(at + 2) : short;
      if (at + head + length > bytes.length) break;
      const opcode = (bytes[at] as number) & 0x0f;
      const body = bytes.subarray(at + head, at + head + length);
      if (opcode === 1) this.#message(body.toString("latin1"));
      if (opcode === 8) closed.push({ code: body.readUInt16BE(0), reason: body.subarray(2).toString() });
      at += head + length;
    }
    this.#rest = bytes.subarray(at);
  }

  #message(text: string): void {
    const { seqs, rows, omitted, sentAt } = parsedOf(text);
    const at = now();
    total.messages++;
    total.bytes += text.length;
    total.received += seqs.length + rows.length;
    if (this.#isFirst) total.omitted += omitted;
    for (const seq of seqs) {
      if (seq !== this.last + 1) total.outOfPlace++;
      this.last = seq;
    }
    for (const row of rows) this.rows.add(row);
    for (const sent of sentAt) {
      const step = Math.round((at - sent) * 10);
      latencies.set(step, (latencies.get(step) ?? 0) + 1);
    }
    this.#unread += text.length;
    this.#messages++;
    if (this.#unread < ACK_BYTES) return;
    const ack = this.#order.kind === "run" ? { seq: this.last } : { messages: this.#messages };
    const payload = Buffer.from(JSON.stringify({ type: "ack", ...ack }));
    // Masked with zeros, which is allowed and costs nothing.
    this.#socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]));
    this.#unread = this.#messages = 0;
  }

  end(): void {
    this.#socket.destroy();
  }
}

function percentile(p: number): number {
  const steps = [...latencies].sort(([a], [b]) => a - b);
  const wanted = steps.reduce((sum, [, count]) => sum + count, 0) * p;
  let seen = 0;
  for (const [step, count] of steps) {
    seen += count;
    if (seen >= wanted) return step / 10;
  }
  return 0;
}

const clients: Client[] = [];

process.on("message", async (message: Order | "end") => {
  if (message !== "end") {
    for (let n = 0; n < message.count; n++) {
      clients.push(await Client.open(message, n === 0));
      // A listener's queue is short.
      if (n % 50 === 49) await pause(10);
    }
    process.send?.("ready");
    return;
  }
  const counts = clients.map(({ last, rows }) => Math.max(last, rows.size));
  const [p50, p95, p99, max] = [0.5, 0.95, 0.99, 1].map(percentile) as [number, number, number, number];
  const tally: Tally = {
    clients: clients.length,
    closed,
    ...total,
    least: Math.min(...counts),
    most: Math.max(...counts),
    p50,
    p95,
    p99,
    max,
  };
  for (const client of clients) client.end();
  process.send?.(tally, () => process.disconnect());
});
