import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { logAddress } from "../../durable-objects/stubs.ts";
import type { RunEvent } from "../../src/events/event.ts";
import { deliverBadly, end, letTimePass, PAST_PAUSES_MS, pause, settle } from "./drive.ts";
import { Faults } from "./faults.ts";
import { pick, report, seedFrom } from "./form.ts";
import { newProject, type Project } from "./project.ts";
import { Random } from "./random.ts";
import { readEvents } from "./read.ts";
import { Acknowledged, sendUntilAcknowledged } from "./send.ts";
import { spansRequest } from "./spans.ts";
import { stage } from "./stage.ts";

const SEED = seedFrom(env.FAULT_SEED);
const SIZE = pick(env.FAULT_FORM, {
  short: { clients: 20, reconnects: 10, watchMs: 200, writePauseMs: 4, disturbPauseMs: 60 },
  full: { clients: 100, reconnects: 1_000, watchMs: 20, writePauseMs: 60, disturbPauseMs: 500 },
});

type Frame = { type: "hello"; last_seq: number } | { type: "events"; events: RunEvent[] };

/** A viewer that loses its connection again and again, and comes back with the last seq that it has. */
class Viewer {
  readonly seen = new Map<number, string>();
  readonly wrong: string[] = [];
  readonly #project: Project;
  readonly #run: string;
  connections = 0;
  /** Events that came although the viewer had them. */
  repeated = 0;
  #last = 0;

  constructor(project: Project, run: string) {
    this.#project = project;
    this.#run = run;
  }

  get last(): number {
    return this.#last;
  }

  /** Watches from after `after` until `enough`, or until the connection ends by itself. */
  async watch(after: number, enough: (count: number) => boolean, ms: number): Promise<void> {
    const path = `/api/runs/${this.#run}/subscribe?after=${after}`;
    const response = await this.#project.fetch(path, { headers: { upgrade: "websocket" } });
    const socket = response.webSocket;
    if (!socket) {
      await response.body?.cancel();
      if (response.status !== 503) this.wrong.push(`${path}: ${response.status}`);
      return;
    }
    this.connections++;
    let next = after + 1;
    let count = 0;
    const over = Promise.withResolvers<void>();
    socket.addEventListener("message", ({ data }) => {
      const frame = JSON.parse(data as string) as Frame;
      if (frame.type === "hello") return;
      for (const event of frame.events) {
        // Within a connection every seq follows the one before: nothing missed, nothing repeated, in order.
        if (event.seq !== next) this.wrong.push(`${path}: seq ${event.seq} instead of ${next}`);
        next = event.seq + 1;
        this.#take(event);
        count++;
      }
      if (enough(count)) over.resolve();
    });
    socket.addEventListener("close", () => over.resolve());
    socket.addEventListener("error", () => over.resolve());
    socket.accept();
    await Promise.race([over.promise, pause(ms)]);
    socket.close();
  }

  #take(event: RunEvent): void {
    const id = String(event.id);
    const before = this.seen.get(event.seq);
    if (before !== undefined) this.repeated++;
    if (before !== undefined && before !== id) this.wrong.push(`seq ${event.seq} is ${before} and ${id}`);
    this.seen.set(event.seq, id);
    this.#last = Math.max(this.#last, event.seq);
  }
}

describe("viewers", () => {
  test(`miss nothing, however often they come back (seed ${SEED})`, { timeout: 1_800_000 }, async () => {
    const started = performance.now();
    const random = new Random(SEED, "reconnect");
    const here = stage();
    here.faults = new Faults(SEED);
    here.faults.set({ "r2 get fails": 0.01, "d1 read fails": 0.01 });
    here.realQueue = false;
    const project = await newProject();
    const run = random.hex(16);
    const address = logAddress(env, project.id, run);
    const acknowledged = new Acknowledged();
    await sendUntilAcknowledged(project, 0, spansRequest(random, run, 3), acknowledged);

    const viewers = Array.from({ length: SIZE.clients }, () => new Viewer(project, run));
    let watching = viewers.length;
    const done = () => watching === 0;
    let evictions = 0;
    const view = async (viewer: Viewer) => {
      try {
        while (viewer.connections < SIZE.reconnects) {
          // Most come back where they were; some have lost the last part of what they had.
          const after = random.chance(0.2) ? viewer.last - random.int(0, Math.min(viewer.last, 100)) : viewer.last;
          const most = random.int(1, 20);
          await viewer.watch(after, (count) => count >= most, random.int(1, SIZE.watchMs));
        }
      } finally {
        watching--;
      }
    };
    const write = async (writer: number) => {
      // No faster than the viewers come back, or the run would grow without end.
      while (!done()) {
        await sendUntilAcknowledged(project, writer, spansRequest(random, run, random.int(1, 4)), acknowledged);
        await pause(random.int(0, SIZE.writePauseMs * 2));
      }
    };
    const disturb = async () => {
      while (!done()) {
        await pause(random.int(0, SIZE.disturbPauseMs * 2));
        // Time that passes lets the object drop what is projected: what a viewer missed lies in R2 then.
        await letTimePass([address], PAST_PAUSES_MS);
        if (!random.chance(0.5)) continue;
        await end(address);
        evictions++;
      }
    };
    await Promise.all([...viewers.map(view), write(0), write(1), write(2), disturb(), deliverBadly(random, done)]);
    const { faults } = here;
    here.faults.end();

    const [sent] = acknowledged.runs;
    const newest = sent?.writers.flat().length ?? 0;
    // The last visit: everything has to come, without another word from a writer.
    const stuck: string[] = [];
    await Promise.all(
      viewers.map(async (viewer, n) => {
        for (let visit = 1; visit <= 5 && viewer.last < newest; visit++) {
          await viewer.watch(viewer.last, () => viewer.last >= newest, 5_000);
        }
        if (viewer.last < newest) stuck.push(`viewer ${n} stays at ${viewer.last} of ${newest}`);
      }),
    );
    await settle([address]);
    const { events } = await readEvents(project, run);
    const log = new Map(events.map(({ seq, id }) => [seq, id]));
    let missed = 0;
    for (const { seen } of viewers) for (const [seq, id] of log) if (seen.get(seq) !== id) missed++;
    const wrong = viewers.flatMap((viewer) => viewer.wrong);
    report("R6", {
      seed: SEED,
      acknowledged: newest,
      viewers: viewers.length,
      connections: viewers.reduce((sum, { connections }) => sum + connections, 0),
      received: viewers.reduce((sum, { seen, repeated }) => sum + seen.size + repeated, 0),
      againOnPurpose: viewers.reduce((sum, { repeated }) => sum + repeated, 0),
      missed,
      outOfPlace: wrong.length,
      evictions,
      faults: faults.total + evictions,
      seconds: Math.round((performance.now() - started) / 1000),
    });
    expect(stuck).toEqual([]);
    expect(wrong).toEqual([]);
    expect(missed).toBe(0);
    expect(log.size).toBe(newest);
    // Evictions and faults must have met connections, or nothing was tried.
    expect(evictions).toBeGreaterThan(0);
  });
});
