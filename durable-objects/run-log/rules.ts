import { type Links, NO_SPAN } from "../../src/events/delta.ts";
import type { AppendPart } from "./protocol.ts";

/** What a log object knows of one run: enough to number the next event and to recognise what it had. */
export interface RunState {
  lastSeq: number;
  /** Of its parts' JSON, as far as the window remembers. */
  bytes: number;
  /** Seq range by batch id. */
  batches: Map<string, readonly [first: number, last: number]>;
  spans: Set<string>;
}

export function newRunState(lastSeq = 0): RunState {
  return { lastSeq, bytes: 0, batches: new Map(), spans: new Set() };
}

export type Verdict =
  | { type: "repeat"; firstSeq: number; lastSeq: number }
  | { type: "known"; skip: number[] }
  /** The run would grow past what a run may be. */
  | { type: "full" }
  | { type: "new"; firstSeq: number; lastSeq: number; skip: number[]; spanIds: string };

/** Decides what becomes of a part, without changing anything: numbers for its new events, none for those the log has. */
export function judge(
  state: RunState,
  part: Pick<AppendPart, "batchId" | "count" | "links"> & { bytes: number },
  limits: { runEvents: number; runBytes: number },
): Verdict {
  const before = state.batches.get(part.batchId);
  if (before) return { type: "repeat", firstSeq: before[0], lastSeq: before[1] };
  const skip: number[] = [];
  let spanIds = "";
  const fresh = new Set<string>();
  for (let index = 0; index < part.count; index++) {
    const id = spanIdAt(part.links, index);
    if (id === NO_SPAN || id === "") continue;
    if (state.spans.has(id) || fresh.has(id)) skip.push(index);
    else {
      fresh.add(id);
      spanIds += id;
    }
  }
  const kept = part.count - skip.length;
  if (kept === 0) return { type: "known", skip };
  if (state.lastSeq + kept > limits.runEvents || state.bytes + part.bytes > limits.runBytes) return { type: "full" };
  return { type: "new", firstSeq: state.lastSeq + 1, lastSeq: state.lastSeq + kept, skip, spanIds };
}

/** Takes an accepted part into the state. */
export function admit(
  state: RunState,
  batchId: string,
  firstSeq: number,
  lastSeq: number,
  spanIds: string,
  bytes: number,
): void {
  state.bytes += bytes;
  if (lastSeq > state.lastSeq) state.lastSeq = lastSeq;
  state.batches.set(batchId, [firstSeq, lastSeq]);
  for (let at = 0; at < spanIds.length; at += 16) state.spans.add(spanIds.slice(at, at + 16));
}

function spanIdAt(links: Links, index: number): string {
  return links.slice(index * 32, index * 32 + 16);
}

/** What the next alarm depends on; times in milliseconds since the epoch. */
export interface AlarmState {
  now: number;
  /** Rows wait for a projector. */
  unconfirmed: boolean;
  /** Confirmed rows are still held. */
  untrimmed: boolean;
  /** The window holds parts that will have to be forgotten. */
  remembers: boolean;
}

/** When the object must wake by itself, or null for never. */
export function nextAlarm(
  state: AlarmState,
  limits: { ringAgainMs: number; trimAfterMs: number; sweepEveryMs: number },
): number | null {
  if (state.unconfirmed) return state.now + limits.ringAgainMs;
  if (state.untrimmed) return state.now + limits.trimAfterMs;
  if (state.remembers) return state.now + limits.sweepEveryMs;
  return null;
}
