import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { LIMITS as FEED_LIMITS } from "../../durable-objects/project-feed/limits.ts";
import { LIMITS } from "../../durable-objects/run-log/limits.ts";
import type { RunLog } from "../../durable-objects/run-log/object.ts";
import { logAddress, projectFeed, runLog } from "../../durable-objects/stubs.ts";
import type { RunEvent } from "../../src/events/event.ts";
import { eventually, hex, newProject, projectedRun, span, type TestProject, traces } from "./helpers.ts";

type Frame = { type: "hello"; last_seq: number } | { type: "events"; events: RunEvent[] };

interface Watcher {
  frames: Frame[];
  messages: unknown[];
  seqs: () => number[];
  /** How the server ended it. */
  closed: { code: number; reason: string } | null;
  /** Begins to read. */
  read: () => void;
  close: () => void;
}

interface Manners {
  /** Takes nothing until `read` is called, like a client that has stopped reading its connection. */
  stalled?: boolean;
  /** Called for each frame of events; returns the seq to acknowledge. */
  acknowledge?: (lastSeq: number) => number | null;
  /** Acknowledges each message of a board. */
  acknowledgeMessages?: boolean;
}

/** Opens a socket and collects what it says. */
async function watch(project: TestProject, path: string, manners: Manners = {}): Promise<Watcher> {
  const response = await project.fetch(path, { headers: { upgrade: "websocket" } });
  expect(response.status).toBe(101);
  const socket = response.webSocket as WebSocket;
  const messages: unknown[] = [];
  const frames = messages as Frame[];
  socket.addEventListener("message", (event) => {
    const message = JSON.parse(event.data as string) as Frame;
    messages.push(message);
    if (manners.acknowledgeMessages) socket.send(JSON.stringify({ type: "ack", messages: 1 }));
    const lastSeq = message.type === "events" ? message.events.at(-1)?.seq : undefined;
    const seq = lastSeq === undefined ? undefined : manners.acknowledge?.(lastSeq);
    if (typeof seq === "number") socket.send(JSON.stringify({ type: "ack", seq }));
  });
  const seqs = () => frames.flatMap((frame) => (frame.type === "events" ? frame.events.map((event) => event.seq) : []));
  const watcher: Watcher = {
    frames,
    messages,
    seqs,
    closed: null,
    read: () => socket.accept(),
    close: () => socket.close(),
  };
  socket.addEventListener("close", ({ code, reason }) => {
    watcher.closed = { code, reason };
  });
  if (!manners.stalled) watcher.read();
  return watcher;
}

const EVENT_BYTES = 200_000;

/** Appends `count` large events to a run, ten a request, beginning it if need be. */
async function append(project: TestProject, run: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 10) {
    const events = Array.from({ length: Math.min(10, count - sent) }, () => ({
      type: "CUSTOM",
      data: { name: "large", value: "x".repeat(EVENT_BYTES) },
    }));
    const body = JSON.stringify({ events });
    const headers = { "content-type": "application/json" };
    expect((await project.fetch(`/api/runs/${run}/events`, { method: "POST", headers, body })).status).toBe(200);
  }
}

/** Waits until the server has sent so many readers of a run away, and they are still connected. */
async function sentAway(project: TestProject, run: string, count: number): Promise<void> {
  await eventually(
    () =>
      runInDurableObject(
        runLog(env, logAddress(env, project.id, run)),
        (_: RunLog, state) =>
          state.getWebSockets(run).filter(({ readyState }) => readyState !== WebSocket.READY_STATE_OPEN).length,
      ),
    (closing) => closing === count,
    30_000,
  );
}

/** The numbers from `from` to `to`. */
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** More events than a window holds. */
const MANY = Math.ceil((LIMITS.windowBytes * 1.5) / EVENT_BYTES);

describe("a run's live stream", () => {
  test("says hello, sends what there was, then what comes, each once and in order", async () => {
    const project = await newProject();
    const traceId = hex(16);
    await project.sendTraces(traces([span(traceId, "one"), span(traceId, "two", 1)]));
    const all = await watch(project, `/api/runs/${traceId}/subscribe`);
    const later = await watch(project, `/api/runs/${traceId}/subscribe?after=1`);
    for (let n = 3; n <= 12; n++) await project.sendTraces(traces([span(traceId, `s${n}`, n)]));
    await eventually(
      async () => all.seqs().length + later.seqs().length,
      (count) => count >= 23,
    );
    expect(all.frames[0]).toEqual({ type: "hello", last_seq: 2, window_bytes: LIMITS.windowBytes });
    expect(all.seqs()).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    expect(later.seqs()).toEqual(Array.from({ length: 11 }, (_, n) => n + 2));
    all.close();
    later.close();
  });

  test("backfills from the archive what the object no longer holds, without a hole to the live part", async () => {
    const project = await newProject();
    const traceId = hex(16);
    await project.sendTraces(traces([span(traceId, "one"), span(traceId, "two", 1)]));
    await projectedRun(project, traceId, 2);
    await runInDurableObject(runLog(env, logAddress(env, project.id, traceId)), (_: RunLog, state) => {
      state.storage.sql.exec("DELETE FROM log");
    });
    const opening = watch(project, `/api/runs/${traceId}/subscribe`);
    const sending = Array.from({ length: 10 }, (_, n) => project.sendTraces(traces([span(traceId, `s${n}`, n + 2)])));
    const watcher = await opening;
    await Promise.all(sending);
    await eventually(
      async () => watcher.seqs().length,
      (count) => count >= 12,
    );
    expect(watcher.seqs()).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    watcher.close();
  });

  test("goes on after the object slept", async () => {
    const project = await newProject();
    const traceId = hex(16);
    await project.sendTraces(traces([span(traceId, "one")]));
    const watcher = await watch(project, `/api/runs/${traceId}/subscribe`);
    await eventually(
      async () => watcher.seqs().length,
      (count) => count === 1,
    );
    await evictDurableObject(runLog(env, logAddress(env, project.id, traceId)));
    await project.sendTraces(traces([span(traceId, "two", 1)]));
    await eventually(
      async () => watcher.seqs().length,
      (count) => count === 2,
    );
    expect(watcher.seqs()).toEqual([1, 2]);
    watcher.close();
  });

  test("waits for a run's first event if asked to, and is refused otherwise", async () => {
    const project = await newProject();
    const traceId = hex(16);
    const refused = await project.fetch(`/api/runs/${traceId}/subscribe`, { headers: { upgrade: "websocket" } });
    expect(refused.status).toBe(404);
    expect((await project.fetch(`/api/runs/${traceId}/subscribe?wait=1`)).status).toBe(426);
    const watcher = await watch(project, `/api/runs/${traceId}/subscribe?wait=1`);
    await project.sendTraces(traces([span(traceId, "first")]));
    await eventually(
      async () => watcher.seqs().length,
      (count) => count === 1,
    );
    expect(watcher.frames[0]).toEqual({ type: "hello", last_seq: 0, window_bytes: LIMITS.windowBytes });
    watcher.close();
  });
});

describe.concurrent("a reader of a run's live stream", () => {
  test("that stops reading is sent away with its window full, and goes on without a hole; another loses nothing", async () => {
    const project = await newProject();
    const run = `slow-${hex(4)}`;
    await append(project, run, 1);
    const path = `/api/runs/${run}/subscribe`;
    const stalled = await watch(project, path, { stalled: true });
    const reading = await watch(project, path, { acknowledge: (seq) => seq });
    await append(project, run, MANY);
    const last = MANY + 1;
    await eventually(
      async () => reading.seqs().length,
      (count) => count === last,
    );
    await sentAway(project, run, 1);
    stalled.read();
    await eventually(
      async () => stalled.closed,
      (closed) => closed !== null,
    );
    const got = stalled.seqs().length;
    expect(got * EVENT_BYTES).toBeGreaterThan(LIMITS.windowBytes * 0.9);
    expect(got * EVENT_BYTES).toBeLessThan(LIMITS.windowBytes + 2 * EVENT_BYTES);
    expect(stalled.closed).toEqual({
      code: 4408,
      reason: `You read too slowly, or did not acknowledge. Connect again with ?after=${got}`,
    });
    const again = await watch(project, `${path}?after=${got}`);
    await eventually(
      async () => again.seqs().at(-1),
      (seq) => seq === last,
    );
    expect([...stalled.seqs(), ...again.seqs()]).toEqual(range(1, last));
    expect(reading.seqs()).toEqual(range(1, last));
    expect(reading.closed).toBeNull();
    for (const reader of [reading, again]) reader.close();
  });

  test("that acknowledges is sent a backfill no faster than it does, and is sent away when it stops", async () => {
    const project = await newProject();
    const run = `acks-${hex(4)}`;
    await append(project, run, MANY);
    const path = `/api/runs/${run}/subscribe`;
    // Says that it has the first event, and nothing from then on.
    const silent = await watch(project, path, { acknowledge: (seq) => (seq === 1 ? 1 : null) });
    const all = await watch(project, path, { acknowledge: (seq) => seq });
    await eventually(
      async () => all.seqs().length,
      (count) => count === MANY,
    );
    await eventually(
      async () => silent.closed,
      (closed) => closed?.code === 4408,
      30_000,
    );
    const count = silent.seqs().length;
    expect(silent.seqs()).toEqual(range(1, count));
    expect(count * EVENT_BYTES).toBeGreaterThan(LIMITS.windowBytes * 0.9);
    expect(count).toBeLessThan(MANY);
    expect(silent.closed?.reason).toContain(`?after=${count}`);
    expect(all.seqs()).toEqual(range(1, MANY));
    expect(all.closed).toBeNull();
    all.close();
  });

  test("is sent away sooner when those who stopped hold all that one object may hold; who reads loses nothing", async () => {
    const project = await newProject();
    const run = `crowd-${hex(4)}`;
    await append(project, run, MANY);
    const path = `/api/runs/${run}/subscribe`;
    const crowd = Math.ceil(LIMITS.waitingBytes / LIMITS.windowBytes) + 4;
    const stalled = await Promise.all(Array.from({ length: crowd }, () => watch(project, path, { stalled: true })));
    await sentAway(project, run, crowd);
    const reading = await watch(project, path, { acknowledge: (seq) => seq });
    await append(project, run, 10);
    await eventually(
      async () => reading.seqs().length,
      (count) => count === MANY + 10,
    );
    expect(reading.seqs()).toEqual(range(1, MANY + 10));
    expect(reading.closed).toBeNull();
    for (const reader of stalled) reader.read();
    await eventually(
      async () => stalled.filter(({ closed }) => closed?.code === 4408).length,
      (count) => count === crowd,
    );
    const events = stalled.reduce((sum, reader) => sum + reader.seqs().length, 0);
    expect(events * EVENT_BYTES).toBeLessThan(LIMITS.waitingBytes + crowd * (LIMITS.fairBytes + EVENT_BYTES));
    reading.close();
  });

  test("whose backfill ended with the object is told to come back", async () => {
    const project = await newProject();
    const run = `died-${hex(4)}`;
    await append(project, run, 1);
    const reader = await watch(project, `/api/runs/${run}/subscribe`);
    await eventually(
      async () => reader.seqs().length,
      (count) => count === 1,
    );
    const stub = runLog(env, logAddress(env, project.id, run));
    // The test runtime lets no object end that is in the middle of one: this is what it leaves behind.
    await runInDurableObject(stub, (_: RunLog, state) => {
      for (const socket of state.getWebSockets(run)) {
        socket.serializeAttachment({ ...(socket.deserializeAttachment() as object), live: false });
      }
    });
    await evictDurableObject(stub);
    await append(project, run, 1);
    await eventually(
      async () => reader.closed,
      (closed) => closed?.code === 1012,
    );
    expect(reader.seqs()).toEqual([1]);
  });
});

describe("the project's live board", () => {
  test("tells of a run once its row can be read, to its own project only", async () => {
    const [mine, other] = [await newProject(), await newProject()];
    const board = await watch(mine, "/ws");
    const filtered = await watch(mine, "/ws?entities=Artifact");
    const foreign = await watch(other, "/ws");
    const one = span(hex(16), "seen live");
    await mine.sendTraces(traces([one]));
    await eventually(
      async () => board.messages.length,
      (count) => count > 0,
    );
    expect(board.messages[0]).toMatchObject({
      entity: "Run",
      event_type: "insert",
      data: { id: one.traceId, name: "seen live", span_count: 1 },
      timestamp: expect.stringMatching(/^20.*Z$/),
    });
    expect((await mine.json<{ data: { id: string }[] }>("/api/runs")).data.map((run) => run.id)).toEqual([one.traceId]);
    expect([filtered.messages, foreign.messages]).toEqual([[], []]);
    expect(await mine.json("/api/health")).toMatchObject({ status: "ok", connected_clients: 2 });
    for (const socket of [board, filtered, foreign]) socket.close();
  });

  test("sends a client away that stopped reading; the others get every message", async () => {
    const project = await newProject();
    const stalled = await watch(project, "/ws", { stalled: true });
    const reading = await watch(project, "/ws", { acknowledgeMessages: true });
    const feed = projectFeed(env, project.id);
    const data = { id: "job", note: "x".repeat(100_000) };
    const message = (n: number) => ({ entity: "Job", event_type: "update" as const, data, timestamp: String(n) });
    const messages = range(1, 100).map(message);
    for (let n = 0; n < messages.length; n += 5) {
      await feed.publish(messages.slice(n, n + 5));
      await eventually(
        async () => reading.messages.length,
        (count) => count === n + 5,
      );
    }
    expect(reading.messages).toEqual(messages);
    await feed.publish([message(101)], 7);
    await eventually(
      async () => reading.messages.at(-1),
      (last) => (last as { omitted?: number }).omitted === 7,
    );
    stalled.read();
    await eventually(
      async () => stalled.closed,
      (closed) => closed !== null,
    );
    expect(stalled.closed).toEqual({
      code: 4408,
      reason: "You read too slowly, or did not acknowledge. Connect again, and read the lists anew.",
    });
    const got = stalled.messages.length;
    expect(stalled.messages).toEqual(messages.slice(0, got));
    expect(got * 100_000).toBeGreaterThan(FEED_LIMITS.windowBytes * 0.9);
    expect(got * 100_000).toBeLessThan(FEED_LIMITS.windowBytes + 6 * 100_000);
    expect(reading.closed).toBeNull();
    reading.close();
  });
});
