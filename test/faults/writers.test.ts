import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { logAddress } from "../../durable-objects/stubs.ts";
import { check, figuresOf, NOTHING_BROKEN } from "./check.ts";
import { deliverBadly, end, settle } from "./drive.ts";
import { Faults } from "./faults.ts";
import { pick, report, seedFrom } from "./form.ts";
import { newProject } from "./project.ts";
import { Random } from "./random.ts";
import { readEvents } from "./read.ts";
import { Acknowledged, sendUntilAcknowledged } from "./send.ts";
import { spansRequest } from "./spans.ts";
import { stage } from "./stage.ts";

const SEED = seedFrom(env.FAULT_SEED);
const SIZE = pick(env.FAULT_FORM, {
  short: { writers: 8, events: 100, evictions: 10, most: 2 },
  // A run takes 51,200 events.
  full: { writers: 50, events: 1_000, evictions: 100, most: 4 },
});

describe("a run", () => {
  test(`with many writers is numbered without a gap, through evictions (seed ${SEED})`, {
    timeout: 1_800_000,
  }, async () => {
    const started = performance.now();
    const random = new Random(SEED, "writers");
    const here = stage();
    here.faults = new Faults(SEED);
    here.faults.set({ "append answer lost": 0.02, "object dies after an append": 0.002, "bell doubled": 0.1 });
    here.realQueue = false;
    const project = await newProject();
    const run = random.hex(16);
    const address = logAddress(env, project.id, run);
    const acknowledged = new Acknowledged();
    let written = 0;
    let evictions = 0;
    let writing = SIZE.writers;

    const write = async (writer: number) => {
      const own = new Random(SEED, `writer ${writer}`);
      try {
        for (let sent = 0; sent < SIZE.events; ) {
          const count = Math.min(SIZE.events - sent, own.int(1, SIZE.most));
          await sendUntilAcknowledged(project, writer, spansRequest(own, run, count), acknowledged);
          sent += count;
          written += count;
          // Spread over the writing, and never twice at the same time.
          if (written < ((evictions + 1) * SIZE.writers * SIZE.events) / (SIZE.evictions + 1)) continue;
          evictions++;
          await end(address);
        }
      } finally {
        writing--;
      }
    };
    const [deliveries] = await Promise.all([
      deliverBadly(random, () => writing === 0),
      ...Array.from({ length: SIZE.writers }, (_, writer) => write(writer)),
    ]);
    const early = check(acknowledged.runs, [await readEvents(project, run)]);
    const { faults } = here;
    await settle([address]);
    const verdict = check(acknowledged.runs, [await readEvents(project, run)]);
    report("R5", {
      seed: SEED,
      writers: SIZE.writers,
      evictions,
      deliveries,
      ...figuresOf(verdict),
      faults: faults.total + evictions,
      byKind: faults.counts(),
      seconds: Math.round((performance.now() - started) / 1000),
    });
    for (const each of [early, verdict]) {
      expect(each).toEqual({ acknowledged: SIZE.writers * SIZE.events, ...NOTHING_BROKEN });
    }
    expect(evictions).toBeGreaterThanOrEqual(SIZE.evictions);
  });
});
