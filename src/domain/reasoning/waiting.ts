import type { ModelRef } from "../../models/resolve.ts";

/** Whoever waits for a tool's answer. */
export interface Waiting {
  /** Aborted when nobody waits any more. */
  signal: AbortSignal;
  /** @param total null = not known */
  progress(done: number, total: number | null, message: string): Promise<void>;
}

/** Also how soon it is known that the client has hung up: the runtime finds out when it is to send something. */
const EVERY_MS = 1_000;

/** Tells the waiting one that the model is at work, until it is stopped. */
export function tellProgress(waiting: Waiting, { model }: ModelRef) {
  const started = Date.now();
  let characters = 0;
  let told = 0;
  const tell = () => {
    const seconds = Math.round((Date.now() - started) / 1000);
    const message = `${model}: ${characters} characters after ${seconds} s`;
    // Who is gone needs not be told; the call's signal says so, too.
    void waiting.progress(++told, null, message).catch(() => undefined);
  };
  tell();
  const timer = setInterval(tell, EVERY_MS);
  return {
    hear: (so_far: number) => {
      characters = so_far;
    },
    stop: () => clearInterval(timer),
  };
}
