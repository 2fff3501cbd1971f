import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { figuresOf, NOTHING_BROKEN } from "./check.ts";
import { Faults, KINDS, type Kind } from "./faults.ts";
import { pick, report, seedFrom } from "./form.ts";
import { type InputSize, makeInput } from "./input.ts";
import { play, readAll } from "./play.ts";
import { comparableRowsOf, newProject } from "./project.ts";
import { stage } from "./stage.ts";

/** Shares of all occasions that fail; a rare occasion fails more often, so that every kind strikes. */
const RATES: Record<Kind, number> = {
  "d1 read fails": 0.03,
  "d1 write fails before its commit": 0.06,
  "d1 commits, answer lost": 0.06,
  "r2 put fails": 0.05,
  "r2 put succeeds, answer lost": 0.05,
  "r2 get fails": 0.05,
  "queue send fails": 0.1,
  "queue loses a message": 0.1,
  "append never arrives": 0.02,
  "append answer lost": 0.03,
  "drain answer lost": 0.03,
  "confirm never arrives": 0.08,
  "confirm answer lost": 0.08,
  "consumer dies before its commit": 0.06,
  "consumer dies between commit and confirm": 0.08,
  "bell doubled": 0.3,
  "bell out of turn": 0.3,
  "batch half delivered again": 0.2,
  "object storage fails": 0.01,
  "object dies before an append": 0.01,
  "object dies after an append": 0.015,
  "object evicted": 0.3,
  "object alarm fails": 0.2,
  "live list fails": 0.1,
};

const SEED = seedFrom(env.FAULT_SEED);

const SIZE = pick<Omit<InputSize, "now">>(env.FAULT_FORM, {
  short: { clients: 6, runsOfEach: 8, requestsOfEach: 50, eventsOfRequest: 17 },
  full: { clients: 10, runsOfEach: 60, requestsOfEach: 500, eventsOfRequest: 5 },
});

describe("what is acknowledged", () => {
  const seeds = Array.from({ length: pick(env.FAULT_FORM, { short: 1, full: 4 }) }, (_, n) => SEED + n);
  test.each(seeds)("is there once and in order whatever fails (seed %i)", { timeout: 900_000 }, async (seed) => {
    const started = performance.now();
    const input = makeInput(seed, { ...SIZE, now: Date.now() });
    const here = stage();
    here.faults = new Faults(seed);
    const project = await newProject();
    const { acknowledged, readings, unread } = await play(project, input, seed, RATES);
    const { faults } = here;
    const { runs, events, listed, spansOf } = await readAll(project, acknowledged);

    const clean = await newProject();
    here.faults = new Faults(seed);
    const cleanRun = await play(clean, input, seed, {});
    report("R1", {
      seed,
      ...figuresOf(events),
      runs: runs.length,
      readings,
      answers: acknowledged.statuses,
      faults: faults.total,
      kinds: Object.keys(faults.counts()).length,
      byKind: faults.counts(),
      seconds: Math.round((performance.now() - started) / 1000),
    });

    expect(events).toEqual({
      acknowledged: SIZE.clients * SIZE.requestsOfEach * SIZE.eventsOfRequest,
      ...NOTHING_BROKEN,
    });
    expect(unread).toEqual([]);
    for (const [n, { run, writers }] of runs.entries()) {
      const ids = writers.flat();
      const spans = ids.filter((id) => !/^(record|event)-/.test(id));
      expect(spansOf[n]).toEqual(spans);
      expect(listed.get(run)).toMatchObject({
        span_count: spans.length,
        event_count: ids.length,
        last_seq: ids.length,
      });
    }
    expect(listed.size).toBe(runs.length);
    expect(cleanRun.acknowledged.runs).toEqual(runs);
    expect(await comparableRowsOf(project.id)).toEqual(await comparableRowsOf(clean.id));
    // A fault that never struck proves nothing; in the short form a rare one may not.
    const kinds = Object.keys(faults.counts()).length;
    expect(kinds).toBeGreaterThanOrEqual(pick(env.FAULT_FORM, { short: 15, full: KINDS.length }));
    expect(faults.total).toBeGreaterThanOrEqual(pick(env.FAULT_FORM, { short: 50, full: 500 }));
  });
});
