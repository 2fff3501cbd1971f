import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually, hex, KEY, removeState, type StartedServer, startServer } from "./harness.ts";
import { stalledSocket } from "./raw-socket.ts";

const MB = 1_000_000;
const EVENT_BYTES = 200_000;
const EVENTS = 200;
const STALLED = 50;

type Frame = { type: "hello"; last_seq: number } | { type: "events"; events: { seq: number }[] };

/** Memory of the server's workerd. */
function memory(server: StartedServer): number {
  const pid = readFileSync(join(server.state, "workerd.pid"), "utf8").trim();
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

async function append(server: StartedServer, run: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 10) {
    const response = await server.fetch(`/api/runs/${run}/events`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        events: Array.from({ length: Math.min(10, count - sent) }, () => ({
          type: "CUSTOM",
          data: { name: "large", value: randomBytes(EVENT_BYTES / 2).toString("hex") },
        })),
      }),
    });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  }
}

/** A client of ten lines, which acknowledges nothing. */
function plainReader(
  server: StartedServer,
  path: string,
): { seqs: number[]; closed: () => number | null; end(): void } {
  const seqs: number[] = [];
  let closed: number | null = null;
  const socket = new WebSocket(server.origin.replace("http", "ws") + path, {
    headers: { authorization: `Bearer ${KEY}` },
  } as unknown as string[]);
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(String(data)) as Frame;
    if (frame.type === "events") seqs.push(...frame.events.map(({ seq }) => seq));
  };
  socket.onclose = ({ code }) => {
    closed = code;
  };
  return { seqs, closed: () => closed, end: () => socket.close() };
}

test("clients that stop reading their connection cost the server a bounded amount of memory, and go on where they were", async () => {
  const server = await startServer();
  try {
    const run = `slow-${hex(4)}`;
    const path = `/api/runs/${run}/subscribe`;
    // Once through everything, so that what a server needs anyway is there before it is measured.
    await append(server, `warm-${run}`, EVENTS);
    await append(server, run, 10);
    const before = memory(server);
    const stalled = await Promise.all(Array.from({ length: STALLED }, () => stalledSocket(server, path)));
    const plain = plainReader(server, path);
    let most = before;
    for (let sent = 10; sent < EVENTS; sent += 10) {
      await append(server, run, 10);
      most = Math.max(most, memory(server));
    }
    await eventually(
      async () => plain.seqs.length,
      (count) => count >= EVENTS,
    );
    expect(plain.seqs).toEqual(Array.from({ length: EVENTS }, (_, n) => n + 1));
    expect(plain.closed()).toBeNull();
    const owed = STALLED * EVENTS * EVENT_BYTES;
    console.log(
      `SLOW READERS ${STALLED} stalled, ${owed / MB} MB owed to them; workerd ${Math.round(before / MB)} MB before, ${Math.round(most / MB)} MB at most`,
    );
    // V8 takes its time with what is left of 40 MB of appends; a server that keeps everything would need all that is owed.
    expect(owed).toBeGreaterThan(1_900 * MB);
    expect(most - before).toBeLessThan(500 * MB);
    // What the server and the system's buffers hold of it is all they get, then they are told how to go on.
    for (const [n, reader] of stalled.entries()) {
      const { texts, code, reason } = await reader.readToEnd();
      const seqs = texts.flatMap((text) => {
        const frame = JSON.parse(text) as Frame;
        return frame.type === "events" ? frame.events.map(({ seq }) => seq) : [];
      });
      expect(code).toBe(4408);
      expect(reason).toMatch(new RegExp(`Connect again with \\?after=${seqs.length}$`));
      expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, seq) => seq + 1));
      expect(seqs.length).toBeLessThan(EVENTS);
      if (n > 0) continue;
      const again = plainReader(server, `${path}?after=${seqs.length}`);
      await eventually(
        async () => again.seqs.length,
        (count) => count >= EVENTS - seqs.length,
      );
      expect([...seqs, ...again.seqs]).toEqual(Array.from({ length: EVENTS }, (_, seq) => seq + 1));
      again.end();
    }
    plain.end();
  } finally {
    await server.stop();
    removeState(server.state);
  }
});
