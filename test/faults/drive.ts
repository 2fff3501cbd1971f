import {
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { RunLog } from "../../durable-objects/run-log/object.ts";
import type { BellMessage, LogAddress } from "../../durable-objects/run-log/protocol.ts";
import { runLog } from "../../durable-objects/stubs.ts";
import type { Random } from "./random.ts";
import { stage } from "./stage.ts";
import { consumeMortally } from "./worker.ts";

/** Past every pause that a log object makes: to ring again, to drop what is confirmed. */
export const PAST_PAUSES_MS = 11_000;

let delivered = 0;

/** Hands bells to the consumer as the Queue does. @returns those that have to come again */
export async function deliver(bells: readonly BellMessage[], attempts = 1): Promise<BellMessage[]> {
  const messages = bells.map((body) => ({ id: `bell-${++delivered}`, timestamp: new Date(), attempts, body }));
  const batch = createMessageBatch("runlight-bells", messages);
  if ((await consumeMortally(batch, env)) === "dead") return [...bells];
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  const acked = new Set(explicitAcks);
  const again = new Set(retryMessages.map(({ msgId }) => msgId));
  for (const { id } of messages) if (acked.has(id) === again.has(id)) throw new Error(`${id} was not settled once`);
  return messages.filter(({ id }) => again.has(id)).map(({ body }) => body);
}

/** A queue that doubles, shuffles and repeats what was rung, until `done`. */
export async function deliverBadly(random: Random, done: () => boolean): Promise<number> {
  const { bells, faults } = stage();
  let deliveries = 0;
  while (!done()) {
    const batch: BellMessage[] = [];
    const most = random.int(1, 10);
    while (batch.length < most && bells.length > 0) {
      const at = faults.strikes("bell out of turn") ? random.int(0, bells.length - 1) : 0;
      const bell = bells[at] as BellMessage;
      if (!faults.strikes("bell doubled")) bells.splice(at, 1);
      batch.push(bell);
    }
    if (batch.length === 0) {
      await pause(2);
      continue;
    }
    deliveries += batch.length;
    bells.push(...(await deliver(batch)));
    if (faults.strikes("batch half delivered again")) {
      bells.push(...random.shuffle(batch).slice(0, Math.ceil(batch.length / 2)));
    }
  }
  return deliveries;
}

/** Ends log objects between and during calls, until `done`. */
export async function evictNowAndThen(
  random: Random,
  logs: readonly LogAddress[],
  done: () => boolean,
  everyMs = 5,
): Promise<void> {
  while (!done()) {
    await pause(random.int(0, everyMs * 2));
    if (stage().faults.strikes("object evicted")) await end(random.pick(logs));
  }
}

/**
 * Ends a log object in the middle of whatever it does: all that is only in memory is gone and calls under way fail. (The
 * plugin's own eviction waits until an object is idle, which a busy one never is.)
 */
export async function end(address: LogAddress): Promise<void> {
  await runInDurableObject(runLog(env, address), (_: RunLog, state) => state.abort("injected: object evicted")).catch(
    (error) => {
      if (!/injected/.test(String(error))) throw error;
    },
  );
}

/** Fires the alarm of a log object if one is set. One that fails is set again, as the runtime does. */
export async function fireAlarm(address: LogAddress): Promise<void> {
  let again = false;
  for (;;) {
    const log = runLog(env, address);
    try {
      if (again) await runInDurableObject(log, (_: RunLog, state) => state.storage.setAlarm(Date.now()));
      await runDurableObjectAlarm(log);
      return;
    } catch (error) {
      if (!/injected/.test(String(error))) throw error;
      again = true;
    }
  }
}

/** Lets a time pass for the log objects: the clock goes on, and the alarms that are due ring. */
export async function letTimePass(logs: readonly LogAddress[], ms: number): Promise<void> {
  stage().ahead += ms;
  for (const log of logs) await fireAlarm(log);
}

/**
 * Ends all faults and lets time pass until everything is projected: alarms and bells alone have to bring that about.
 * @throws if they do not
 */
export async function settle(logs: readonly LogAddress[]): Promise<void> {
  const here = stage();
  here.faults.end();
  here.drainBytes = null;
  for (let round = 1; round <= 20; round++) {
    await letTimePass(logs, PAST_PAUSES_MS);
    while (here.bells.length > 0) {
      const left = await deliver(here.bells.splice(0, 20));
      here.bells.push(...left);
    }
    const waiting = await Promise.all(logs.map(async (log) => (await runLog(env, log).status()).waitingRows));
    if (waiting.every((rows) => rows === 0)) return trim(logs);
  }
  throw new Error("Rows still wait for a projector after the faults have ended.");
}

/** Lets the objects drop what is confirmed, so that readers have to find it in the projections. */
async function trim(logs: readonly LogAddress[]): Promise<void> {
  await letTimePass(logs, PAST_PAUSES_MS);
  await letTimePass(logs, PAST_PAUSES_MS);
  for (const log of logs) {
    const held = await runInDurableObject(runLog(env, log), (_: RunLog, state) =>
      state.storage.sql.exec("SELECT id FROM log").toArray(),
    );
    if (held.length > 0) throw new Error(`${log.object} holds ${held.length} rows that are confirmed.`);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
