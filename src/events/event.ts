import type { Nano } from "./nano.ts";

/** One entry of a run's log, as readers see it. `seq` is 1..n in its run without a gap; `time` is RFC 3339. */
export interface RunEvent {
  seq: number;
  /** The sender's own id of the event, if it gave one; a span's id for `SPAN`. */
  id?: string;
  type: string;
  time: string;
  /** Version of `data`'s schema. */
  v: number;
  data: unknown;
}

/** An event as it lies in a part: without its seq, which the segment gives it, and with the time in nanoseconds. */
export interface StoredEvent {
  id?: string;
  type: string;
  time: Nano;
  v: number;
  data: unknown;
}

export const RUN_KINDS = ["trace", "agent", "reasoning", "replay"] as const;
export type RunKind = (typeof RUN_KINDS)[number];

export const RUN_STATUSES = ["running", "success", "error", "cancelled"] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];
