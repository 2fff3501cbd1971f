import type { Links, RunDelta } from "../../src/events/delta.ts";
import type { Nano } from "../../src/events/nano.ts";
import type { Place } from "../../src/events/part.ts";

/** Where a log object is and whom it works for. The caller says so with each append, as an object woken by its alarm
 * cannot ask for its name. */
export interface LogAddress {
  projectId: string;
  /** The object's name: src/events/log-name.ts. */
  object: string;
}

/** What one request adds to one run. */
export interface AppendPart {
  run: string;
  /** The same id again returns the same seqs and writes nothing. */
  batchId: string;
  /** Events in the part. */
  count: number;
  links: Links;
  /** Where the part lies in the call's body. */
  place: Place;
  /** JSON of the part's RunDelta. The log keeps it and does not look inside. */
  delta: string;
  /** What can be found of the part; the log keeps it likewise. Absent if nobody made it. */
  text?: string;
  /** Start of the earliest event; tells whether the run may be older than what the object remembers. */
  started: Nano | null;
}

export interface AppendResult {
  run: string;
  /** 0 if the log had every event already under other batch ids: there is no seq range to name. */
  firstSeq: number;
  lastSeq: number;
  /** Events that the log had already. */
  skipped: number;
  /** Events that were not taken, because the run is as large as a run may be: all of the part, or none. */
  refused: number;
}

/** One part as the log holds it. */
export interface HeldPart {
  run: string;
  batchId: string;
  firstSeq: number;
  lastSeq: number;
  /** Indexes of events in the part that were known already; `delta` counts them, so it must be folded anew if any. */
  skip: number[];
  links: Links;
  delta: RunDelta;
  /** What can be found of all its events; absent if it did not come with the part. */
  text?: string;
  /** Where the part lies in its row's body. */
  place: Place;
}

/** A part by the number that its first event had when it was seen. */
export type NumberedPart = Pick<HeldPart, "batchId" | "firstSeq">;

/** A part that the log still holds, as a reader gets it. */
export interface HeldMember extends HeldPart {
  /** Milliseconds since the epoch at which it reached the log. */
  at: number;
  /** The gzip member that the part lies in. */
  member: Uint8Array;
}

/** The same for a reader who wants the run's summary: the member comes along only where `delta` has to be folded anew. */
export interface HeldFacts extends HeldPart {
  at: number;
  member: Uint8Array | null;
}

/** One append call as a drain hands it out. */
export interface DrainRow {
  id: number;
  /** Milliseconds since the epoch. */
  at: number;
  /** JSON of HeldPart[]. */
  head: string;
  body: Uint8Array;
}

export interface Drain {
  rows: DrainRow[];
  /** Newest row at the time of the call: a projector that reached it is done, whatever came in since. */
  newest: number;
}

/** What a projection did, for the object's sums. */
export interface ProjectionCount {
  events: number;
  /** Rows written to D1 as it bills them, indexes included. */
  rowsWritten: number;
}

/** Where a log object stands. */
export interface LogStatus extends ProjectionCount {
  /** Append calls that wait for a projector. */
  waitingRows: number;
  /** Age of the oldest of them in milliseconds; 0 if none waits. */
  waitingMs: number;
}

/** The bell: the message that says a log object has rows to project. */
export interface BellMessage {
  v: 1;
  projectId: string;
  object: string;
}
