import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { DEFAULT_PROJECT } from "../../src/domain/access/authenticate.ts";
import { check, figuresOf, NOTHING_BROKEN } from "./check.ts";
import { pause } from "./drive.ts";
import { Faults } from "./faults.ts";
import { pick, report, seedFrom } from "./form.ts";
import { makeInput } from "./input.ts";
import { newProject } from "./project.ts";
import { Random } from "./random.ts";
import { each, readEvents, readList } from "./read.ts";
import { Acknowledged, sendUntilAcknowledged } from "./send.ts";
import { stage } from "./stage.ts";

const SEED = seedFrom(env.FAULT_SEED);
const SIZE = pick(env.FAULT_FORM, {
  short: { poison: 40, projects: 2, clients: 4, requestsOfEach: 20 },
  full: { poison: 1_000, projects: 8, clients: 8, requestsOfEach: 100 },
});

/** Messages that no consumer can read: of other versions, of other programs, cut, nested, long. */
const POISON: ((random: Random, projectId: string) => unknown)[] = [
  () => null,
  () => "ring",
  () => 7,
  () => [],
  () => ({}),
  (random) => random.hex(30_000),
  (_, projectId) => ({ v: 1, projectId }),
  (_, projectId) => ({ v: 2, projectId, object: `${projectId}/traces/0` }),
  (_, projectId) => ({ v: "1", projectId, object: `${projectId}/traces/0` }),
  (_, projectId) => ({ v: 1, projectId, object: null }),
  (_, projectId) => ({ v: 1, projectId, object: [`${projectId}/traces/0`] }),
  () => ({ v: 1, projectId: { $ne: null }, object: "x" }),
  () => JSON.parse('{"v":1,"__proto__":{"projectId":"x","object":"y"}}'),
  () => Array.from({ length: 500 }, (_, n) => ({ n })).reduceRight((inner, outer) => ({ ...outer, inner }) as never),
];

describe("messages that nobody can read", () => {
  test(`end as dead letters and hold no good one back (seed ${SEED})`, { timeout: 600_000 }, async () => {
    const started = performance.now();
    const random = new Random(SEED, "poison");
    const here = stage();
    here.faults = new Faults(SEED);
    // All through the real queue: its batches mix good and bad, its retries and its dead letters are what is tested.
    here.realQueue = true;
    const projects = await Promise.all(Array.from({ length: SIZE.projects }, () => newProject()));
    const acknowledged = projects.map(() => new Acknowledged());
    const bodies = Array.from({ length: SIZE.poison }, (_, n) => {
      const make = POISON[n % POISON.length] as (typeof POISON)[number];
      return make(random, projects[n % projects.length]?.id ?? "");
    });

    const poison = async () => {
      for (const body of bodies) {
        await env.BELLS.send(body as never, { contentType: "json" });
        await pause(random.int(0, 3));
      }
    };
    await Promise.all([
      poison(),
      ...projects.flatMap((project, n) =>
        makeInput(SEED + n, { ...SIZE, runsOfEach: 4, eventsOfRequest: 5, now: Date.now() }).clients.map(
          async (requests, writer) => {
            for (const request of requests) {
              await sendUntilAcknowledged(project, writer, request, acknowledged[n] as Acknowledged);
            }
          },
        ),
      ),
    ]);

    // Good rows come without any help, while the bad messages still go round.
    const missing = async () => {
      const lists = await each(projects, readList);
      return projects.flatMap((_, n) => {
        const have = new Map(lists[n]?.map((run) => [run.id, run.event_count]));
        return (acknowledged[n] as Acknowledged).runs.filter(
          ({ run, writers }) => have.get(run) !== writers.flat().length,
        );
      });
    };
    await expect.poll(missing, { timeout: 60_000, interval: 200 }).toEqual([]);

    const homes = [...projects.map(({ id }) => id), DEFAULT_PROJECT.id];
    const letters = async () => {
      const { results } = await env.DB.prepare(
        "SELECT project_id, id, attempts, blob FROM dead_letters WHERE project_id IN (SELECT value FROM json_each(?))",
      )
        .bind(JSON.stringify(homes))
        .all<{ project_id: string; id: string; attempts: number; blob: string }>();
      return results;
    };
    await expect.poll(async () => (await letters()).length, { timeout: 300_000, interval: 500 }).toBe(bodies.length);
    const kept = await letters();
    const contents = await each(kept, async ({ blob }) => (await env.BUCKET.get(blob))?.text());
    const text = (list: unknown[]) => list.map((body) => JSON.stringify(body)).sort();

    let verdict = { acknowledged: 0, lost: 0, doubled: 0, gaps: 0, disordered: 0, invented: 0 };
    for (const [n, project] of projects.entries()) {
      const sent = (acknowledged[n] as Acknowledged).runs;
      const own = check(sent, await each(sent, ({ run }) => readEvents(project, run)));
      expect(own).toMatchObject(NOTHING_BROKEN);
      const more = figuresOf(own);
      verdict = Object.fromEntries(
        Object.entries(verdict).map(([name, sum]) => [name, sum + more[name as keyof typeof more]]),
      ) as typeof verdict;
    }
    report("R9", {
      seed: SEED,
      poison: bodies.length,
      deadLetters: kept.length,
      ...verdict,
      seconds: Math.round((performance.now() - started) / 1000),
    });
    expect(contents.sort()).toEqual(text(bodies));
  });
});
