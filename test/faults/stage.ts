import type { BellMessage } from "../../durable-objects/run-log/protocol.ts";
import { Faults } from "./faults.ts";

/**
 * What the tests and the Worker under test share. Both run in one isolate, but may be loaded as two copies of a module:
 * hence the global.
 */
export interface Stage {
  faults: Faults;
  /** Bells that were rung: the tests deliver them, as often and in what order they like. */
  bells: BellMessage[];
  /** Whether bells also go the usual way, through the real Queue. */
  realQueue: boolean;
  /** Bytes of a drain, instead of what the projector asks for: cuts that a busy object would make. null leaves it. */
  drainBytes: (() => number) | null;
  /** Holds back what the next drain hands out, once. */
  afterDrain: (() => Promise<void>) | null;
  /** Commits that another delivery of the same rows had forestalled. */
  races: number;
  /** Milliseconds by which the clock is ahead, for what happens only after hours. */
  ahead: number;
}

declare global {
  var faultStage: Stage | undefined;
}

export function stage(): Stage {
  if (globalThis.faultStage === undefined) {
    const made: Stage = {
      faults: new Faults(0),
      bells: [],
      realQueue: false,
      drainBytes: null,
      afterDrain: null,
      races: 0,
      ahead: 0,
    };
    globalThis.faultStage = made;
    const now = Date.now.bind(Date);
    Date.now = () => now() + made.ahead;
  }
  return globalThis.faultStage;
}
