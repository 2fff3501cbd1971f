import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Order, Tally } from "./clients.ts";

/** Lets clients watch while `load` runs, and a little longer; returns what they saw. */
export async function watched(order: Order, load: () => Promise<void>): Promise<Tally> {
  const child = fork(fileURLToPath(new URL("clients.ts", import.meta.url).href));
  const failed = once(child, "exit").then(([code]) => {
    throw new Error(`The clients ended with ${code}`);
  });
  failed.catch(() => {});
  try {
    child.send(order);
    await Promise.race([once(child, "message"), failed]);
    await load();
    await pause(5_000);
    child.send("end");
    const [tally] = (await Promise.race([once(child, "message"), failed])) as [Tally];
    return tally;
  } finally {
    child.kill();
  }
}

/** Does something so many times a second, late ones at once; never two at a time. Returns how many were done. */
export async function everySecond(times: number, seconds: number, act: (n: number) => Promise<void>): Promise<number> {
  const start = performance.now();
  let done = 0;
  for (; done < times * seconds; done++) {
    const due = start + (done * 1000) / times;
    if (due > performance.now()) await pause(due - performance.now());
    if (performance.now() - start > (seconds + 1) * 1000) break;
    await act(done);
  }
  return done;
}

/** The clock that sender and clients share, in ms. */
export const now = () => performance.timeOrigin + performance.now();
