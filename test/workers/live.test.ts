import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { RunLog } from "../../durable-objects/run-log/object.ts";
import { logAddress, runLog } from "../../durable-objects/stubs.ts";
import type { RunEvent } from "../../src/events/event.ts";
import { eventually, hex, newProject, projectedRun, span, type TestProject, traces } from "./helpers.ts";

type Frame = { type: "hello"; last_seq: number } | { type: "events"; events: RunEvent[] };

/** Opens a socket and collects what it says. */
async function watch(
  project: TestProject,
  path: string,
): Promise<{ frames: Frame[]; messages: unknown[]; seqs: () => number[]; close: () => void }> {
  const response = await project.fetch(path, { headers: { upgrade: "websocket" } });
  expect(response.status).toBe(101);
  const socket = response.webSocket as WebSocket;
  const messages: unknown[] = [];
  socket.addEventListener("message", (event) => messages.push(JSON.parse(event.data as string)));
  socket.accept();
  const frames = messages as Frame[];
  const seqs = () => frames.flatMap((frame) => (frame.type === "events" ? frame.events.map((event) => event.seq) : []));
  return { frames, messages, seqs, close: () => socket.close() };
}

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
    expect(all.frames[0]).toEqual({ type: "hello", last_seq: 2 });
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
    expect(watcher.frames[0]).toEqual({ type: "hello", last_seq: 0 });
    watcher.close();
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
});
