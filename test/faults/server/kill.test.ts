import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { RunEvent } from "../../../src/events/event.ts";
import { allRuns, eventually, removeState, type StartedServer, span, startServer } from "../../server/harness.ts";
import { check, figuresOf, NOTHING_BROKEN, type ReadRun, type SentRun } from "../check.ts";
import { pick, report, seedFrom } from "../form.ts";
import { Random } from "../random.ts";

const SEED = seedFrom(process.env.FAULT_SEED);
const SIZE = pick(process.env.FAULT_FORM ?? "short", {
  short: { kills: 2, connections: 4, loadMs: [500, 1_500], readOfEach: 150 },
  full: { kills: 20, connections: 4, loadMs: [200, 3_000], readOfEach: 300 },
});
const SPANS = 3;

/** What one life of the server acknowledged, and what it was asked to take as it died. */
interface Life {
  acknowledged: SentRun[];
  unsure: SentRun[];
}

/** Sends small traces on a few connections, some of them a second time in another request, until the server is gone. */
async function load(server: StartedServer, random: Random): Promise<Life & { stop: () => Promise<void> }> {
  const life: Life = { acknowledged: [], unsure: [] };
  let stopped = false;
  const connections = Array.from({ length: SIZE.connections }, async () => {
    while (!stopped) {
      const traces = Array.from({ length: 5 }, () => {
        const traceId = random.hex(16);
        const root = { ...span(traceId, "root"), spanId: random.hex(8) };
        const rest = Array.from({ length: SPANS - 1 }, () => ({
          ...span(traceId, "child", root.spanId),
          spanId: random.hex(8),
        }));
        return [root, ...rest];
      });
      const sent = traces.map((spans) => ({
        run: spans[0]?.traceId as string,
        writers: [spans.map((each) => each.spanId)],
      }));
      const answer = await server.send(traces.flat()).catch(() => null);
      (answer?.status === 200 ? life.acknowledged : life.unsure).push(...sent);
      await answer?.arrayBuffer().catch(() => {});
      if (answer === null) return;
    }
  });
  return {
    ...life,
    stop: async () => {
      stopped = true;
      await Promise.all(connections);
    },
  };
}

async function readRun(server: StartedServer, run: string): Promise<ReadRun> {
  const { data } = await server.json<{ data: RunEvent[] }>(`/api/runs/${run}/events?limit=1000`);
  return { run, events: data.map(({ seq, id }) => ({ seq, id: String(id) })) };
}

const TIMEOUT_MS = 30_000 + SIZE.kills * 40_000;

test(`kill -9 in the middle of a load, again and again, loses nothing acknowledged (seed ${SEED})`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const started = performance.now();
  const random = new Random(SEED, "kill");
  let server = await startServer();
  const { state } = server;
  const acknowledged: SentRun[] = [];
  const unsure: SentRun[] = [];
  const sums = { acknowledged: 0, lost: 0, doubled: 0, gaps: 0, disordered: 0, invented: 0 };
  let slowestMs = 0;
  try {
    for (let kill = 1; kill <= SIZE.kills; kill++) {
      const life = await load(server, random);
      await sleep(random.int(SIZE.loadMs[0] as number, SIZE.loadMs[1] as number));
      await server.kill();
      await life.stop();
      expect(life.acknowledged.length).toBeGreaterThan(0);
      acknowledged.push(...life.acknowledged);
      unsure.push(...life.unsure);
      server = await startServer(state);

      const restarted = performance.now();
      const possible = new Set([...acknowledged, ...unsure].map(({ run }) => run));
      await eventually(
        () => allRuns(server),
        (list) => {
          const whole = new Set(list.filter((run) => run.span_count === SPANS).map((run) => run.id));
          return acknowledged.every(({ run }) => whole.has(run));
        },
        60_000,
      );
      slowestMs = Math.max(slowestMs, performance.now() - restarted);
      const list = await allRuns(server);
      expect(list.filter((run) => run.span_count > SPANS || run.event_count !== run.last_seq)).toEqual([]);
      expect(list.filter(({ id }) => !possible.has(id))).toEqual([]);
      // The newest had not been projected when the server died.
      const sample = life.acknowledged.slice(-SIZE.readOfEach);
      const read = await Promise.all(sample.map(({ run }) => readRun(server, run)));
      const verdict = check(sample, read);
      expect(verdict).toEqual({ acknowledged: sample.length * SPANS, ...NOTHING_BROKEN });
      for (const [name, count] of Object.entries(figuresOf(verdict))) sums[name as keyof typeof sums] += count;
    }
    report("kill -9", {
      seed: SEED,
      kills: SIZE.kills,
      acknowledged: acknowledged.length * SPANS,
      listedWhole: acknowledged.length,
      readWhole: sums,
      unsure: unsure.length * SPANS,
      slowestRecoveryMs: Math.round(slowestMs),
      seconds: Math.round((performance.now() - started) / 1000),
    });
  } finally {
    await server.stop();
    removeState(state);
  }
});
