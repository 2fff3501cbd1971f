import { logAddress, runLog } from "../../../durable-objects/stubs.ts";
import { readArchive } from "../../blobs/archive.ts";
import type { RunEvent } from "../../events/event.ts";
import { decodePart } from "../../events/part.ts";

/** Bytes of gzip'd parts fetched from the log object in one call. */
const TAIL_BYTES = 8_000_000;

/**
 * A run's log from `after` on, oldest first, in batches: what is projected comes from D1 and R2, the rest from the log
 * object. Both are asked at once; the object holds what it confirmed for a while, so nothing falls between them.
 * Yields nothing for a run that does not exist.
 */
export async function* readLog(env: Env, projectId: string, runId: string, after: number): AsyncGenerator<RunEvent[]> {
  const log = runLog(env, logAddress(env, projectId, runId));
  let seq = after;
  for (;;) {
    const [tail, archived] = await Promise.all([
      log.held(runId, seq, TAIL_BYTES),
      readArchive(env, projectId, runId, seq),
    ]);
    const before = seq;
    if (archived.length > 0) {
      yield archived;
      seq = archived.at(-1)?.seq ?? seq;
    }
    for (const part of tail.parts) {
      if (part.firstSeq > seq + 1) break;
      if (part.lastSeq <= seq) continue;
      const events = decodePart(part.member, part.place, part.firstSeq, part.skip).filter((event) => event.seq > seq);
      seq = part.lastSeq;
      yield events;
    }
    if (seq === before || (archived.length === 0 && seq >= tail.lastSeq)) return;
  }
}
