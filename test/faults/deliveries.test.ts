import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { RunLog } from "../../durable-objects/run-log/object.ts";
import type { BellMessage, LogAddress } from "../../durable-objects/run-log/protocol.ts";
import { logAddress, runLog } from "../../durable-objects/stubs.ts";
import { deliver, end, settle } from "./drive.ts";
import { Faults } from "./faults.ts";
import { pick, report, seedFrom } from "./form.ts";
import { type Input, makeInput, type Request } from "./input.ts";
import { logsOf } from "./play.ts";
import { comparableRowsOf, newProject, type Project } from "./project.ts";
import { Random } from "./random.ts";
import { Acknowledged, sendUntilAcknowledged } from "./send.ts";
import { stage } from "./stage.ts";

const SEED = seedFrom(env.FAULT_SEED);
const SIZE = pick(env.FAULT_FORM, {
  short: { projects: 4, clients: 2, requestsOfEach: 25, roundOf: 5 },
  full: { projects: 4, clients: 4, requestsOfEach: 1250, roundOf: 50 },
});
/** Deliveries of one message. */
const TIMES = [1, 9] as const;

/** The bells that a request's appends ring: one for each log object that it touches. */
function bellsOf(project: Project, request: Request): BellMessage[] {
  const objects = new Set(request.carries.map(({ run }) => logAddress(env, project.id, run).object));
  return [...objects].map((object) => ({ v: 1, projectId: project.id, object }));
}

async function send(project: Project, input: Input, from: number, to: number): Promise<BellMessage[]> {
  const acknowledged = new Acknowledged();
  const bells: BellMessage[] = [];
  for (const [writer, requests] of input.clients.entries()) {
    for (const request of requests.slice(from, to)) {
      await sendUntilAcknowledged(project, writer, request, acknowledged);
      bells.push(...bellsOf(project, request));
    }
  }
  return bells;
}

/** As if every confirmation so far had been lost: what the object still holds is handed out again. */
async function forgetConfirmations(address: LogAddress): Promise<void> {
  try {
    await runInDurableObject(runLog(env, address), (_: RunLog, state) => {
      state.storage.sql.exec("DELETE FROM meta WHERE key = 'confirmed'");
    });
  } catch (error) {
    // Another consumer ended the same object in that moment.
    if (!/injected/.test(String(error))) throw error;
  }
  await end(address);
}

describe("deliveries", () => {
  test(`many, shuffled and side by side make the rows of one (seed ${SEED})`, { timeout: 3_600_000 }, async () => {
    const started = performance.now();
    const random = new Random(SEED, "deliveries");
    const here = stage();
    here.faults = new Faults(SEED);
    here.realQueue = false;
    here.races = 0;
    const figures = { messages: 0, deliveries: 0, again: 0, redrained: 0 };
    const projects = await Promise.all(Array.from({ length: SIZE.projects }, () => newProject()));
    const inputs = projects.map((_, n) =>
      makeInput(SEED + n, { ...SIZE, runsOfEach: 6, eventsOfRequest: 3, now: Date.now() }),
    );

    for (let from = 0; from < SIZE.requestsOfEach; from += SIZE.roundOf) {
      const rung = await Promise.all(
        projects.map((project, n) => send(project, inputs[n] as Input, from, from + SIZE.roundOf)),
      );
      here.bells.length = 0;
      const messages = rung.flat();
      figures.messages += messages.length;
      const pool = random.shuffle(messages.flatMap((bell) => Array(random.int(...TIMES)).fill(bell) as BellMessage[]));
      here.drainBytes = () => random.pick([1, 2_000, 2_000_000]);
      const consumer = async () => {
        while (pool.length > 0) {
          const batch = pool.splice(0, random.int(1, 20));
          figures.deliveries += batch.length;
          const again = await deliver(batch);
          figures.again += again.length;
          pool.push(...again);
          if (random.chance(0.1)) {
            figures.redrained++;
            const at = random.int(0, projects.length - 1);
            await forgetConfirmations(random.pick(logsOf(projects[at] as Project, inputs[at] as Input)));
          }
        }
      };
      // An object that ends takes the calls of the other consumers with it; their bells come again.
      await Promise.all([consumer(), consumer(), consumer(), consumer()]);
    }
    for (const [n, project] of projects.entries()) await settle(logsOf(project, inputs[n] as Input));

    const rows = { runs: 0, segments: 0, calls: 0 };
    for (const [n, project] of projects.entries()) {
      const once = await newProject();
      await send(once, inputs[n] as Input, 0, SIZE.requestsOfEach);
      await settle(logsOf(once, inputs[n] as Input));
      const expected = await comparableRowsOf(once.id);
      expect(await comparableRowsOf(project.id)).toEqual(expected);
      for (const [table, name] of (["runs", "segments", "calls"] as const).entries()) {
        rows[name] += expected[table]?.length ?? 0;
      }
    }
    const { races } = here;
    report("R3", { seed: SEED, ...figures, races, rows, seconds: Math.round((performance.now() - started) / 1000) });
    // Whether two commits meet is up to the machine; over many it is certain.
    if (env.FAULT_FORM === "full") expect(races).toBeGreaterThan(0);
    expect(rows.segments).toBeGreaterThan(SIZE.projects * SIZE.clients * SIZE.requestsOfEach);
    expect(figures.messages).toBeGreaterThanOrEqual(pick(env.FAULT_FORM, { short: 200, full: 20_000 }));
    expect(figures.deliveries).toBeGreaterThanOrEqual(pick(env.FAULT_FORM, { short: 1_000, full: 100_000 }));
  });
});
