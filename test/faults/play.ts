import { env } from "cloudflare:workers";
import type { LogAddress } from "../../durable-objects/run-log/protocol.ts";
import { logAddress } from "../../durable-objects/stubs.ts";
import { check } from "./check.ts";
import { deliverBadly, evictNowAndThen, fireAlarm, pause, settle } from "./drive.ts";
import type { Kind } from "./faults.ts";
import type { Input } from "./input.ts";
import type { Project } from "./project.ts";
import { Random } from "./random.ts";
import { each, readEvents, readList, readSpans } from "./read.ts";
import { Acknowledged, sendUntilAcknowledged } from "./send.ts";
import { stage } from "./stage.ts";

/** Sends the input of all clients side by side while everything fails that may; then lets it settle. */
export async function play(project: Project, input: Input, seed: number, rates: Partial<Record<Kind, number>>) {
  const here = stage();
  here.faults.set(rates);
  const faulty = Object.keys(rates).length > 0;
  here.realQueue = faulty;
  here.drainBytes = null;
  const random = new Random(seed, "drive");
  if (faulty) here.drainBytes = () => random.pick([1, 10_000, 2_000_000]);
  const acknowledged = new Acknowledged();
  const logs = logsOf(project, input);
  let sending = input.clients.length;
  const done = () => sending === 0;
  let readings = 0;
  const unread: string[] = [];

  const clients = input.clients.map(async (requests, writer) => {
    try {
      for (const request of requests) {
        await sendUntilAcknowledged(project, writer, request, acknowledged);
        const run = request.carries[0]?.run;
        if (run === undefined || !random.chance(0.05)) continue;
        // What is acknowledged can be read at once, faults or not. The clock stands still meanwhile: a reader takes
        // seconds, not the ten for which the object keeps what it has confirmed.
        readings++;
        const sent = [acknowledged.ofRun(run)];
        const verdict = check(sent, [await readEvents(project, run)]);
        unread.push(...verdict.lost, ...verdict.doubled, ...verdict.gaps);
      }
    } finally {
      sending--;
    }
  });
  const alarms = async () => {
    while (!done()) {
      await pause(40);
      if (random.chance(0.5)) await fireAlarm(random.pick(logs));
    }
  };
  await Promise.all([
    ...clients,
    deliverBadly(random, done),
    deliverBadly(random, done),
    evictNowAndThen(random, logs, done),
    alarms(),
  ]);
  await settle(logs);
  return { acknowledged, readings, unread };
}

/** The log objects that an input goes to: those that traces share, and one for each run of an application. */
export function logsOf(project: Project, input: Input): LogAddress[] {
  const runs = new Set(input.clients.flat().flatMap(({ carries }) => carries.map(({ run }) => run)));
  const logs = new Map([...runs].map((run) => logAddress(env, project.id, run)).map((log) => [log.object, log]));
  return [...logs.values()];
}

/** All that the product's own readers give of what was acknowledged. */
export async function readAll(project: Project, acknowledged: Acknowledged) {
  const runs = acknowledged.runs;
  const events = check(runs, await each(runs, ({ run }) => readEvents(project, run)));
  const listed = new Map((await readList(project)).map((run) => [run.id, run]));
  const spansOf = await each(runs, ({ run }) => readSpans(project, run));
  return { runs, events, listed, spansOf };
}
