import { readSegments } from "../../blobs/archive.ts";
import { dbFor } from "../../db/db.ts";
import { POINTER_COLUMNS, type PointerRow, pointerFrom, type SegmentPointer } from "../../db/segments.ts";
import { compareNano } from "../../events/nano.ts";
import { decodePart, unpackOnce } from "../../events/part.ts";
import { readCalls } from "../projection/calls.ts";
import type { DueRun } from "./due.ts";
import { stepsOfRun, type Told } from "./steps-of-run.ts";
import { THRESHOLDS } from "./thresholds.ts";

/** Parts of a run that are read, and bytes of their JSON: the newest. What came before has shown itself in them. */
const MOST_PARTS = 64;
const MOST_BYTES = 4_000_000;

interface Part extends SegmentPointer {
  run: string;
  calls: { span_id: string; start: string }[];
}

/**
 * Reads what the calls of runs said, run after run: one in memory at a time. A run that is not there any more is left out, and
 * so is one that has gained calls: who brought those has asked again.
 * @param see is given each run, and reads it if it wants to
 * @throws MissingPack if a pack is not there, as while others are deleted
 */
export async function readCallsOf(
  env: Env,
  projectId: string,
  due: readonly DueRun[],
  see: (run: string, read: () => Told) => void,
): Promise<void> {
  const partsOf = Map.groupBy(await loadParts(env, projectId, due), ({ run }) => run);
  const runs = due.flatMap(({ run, calls: expected }) => {
    const parts = partsOf.get(run) ?? [];
    const calls = numbered(parts);
    return calls.size < THRESHOLDS.pattern || calls.size > expected ? [] : [{ run, calls, parts: worthReading(parts) }];
  });
  // Runs that came together lie together: in this order they are read, and unpacked, once.
  runs.sort((a, b) => byPlace(a.parts[0], b.parts[0]));
  const members = await readSegments(
    env.BUCKET,
    runs.flatMap(({ parts }) => parts),
  );
  const unpack = unpackOnce();
  let first = 0;
  for (const { run, calls, parts } of runs) {
    const its = members.slice(first, first + parts.length);
    first += parts.length;
    see(run, () => {
      const events = parts.flatMap(({ slice_from: from, slice_to: to, first_seq, skip }, n) =>
        decodePart(its[n] as Uint8Array, { from, to }, first_seq, skip, unpack),
      );
      return stepsOfRun(events, calls);
    });
  }
}

function byPlace(a: Part | undefined, b: Part | undefined): number {
  if (!a || !b || a.pack === b.pack) return (a?.byte_offset ?? 0) - (b?.byte_offset ?? 0);
  return a.pack < b.pack ? -1 : 1;
}

async function loadParts(env: Env, projectId: string, due: readonly DueRun[]): Promise<Part[]> {
  const { results } = await dbFor(env, projectId)
    .prepare(
      `SELECT run_id AS run, ${POINTER_COLUMNS}, calls FROM segments
       WHERE project_id = ? AND run_id IN (SELECT value FROM json_each(?)) ORDER BY run_id, first_seq`,
    )
    .bind(projectId, JSON.stringify(due.map(({ run }) => run)))
    .all<PointerRow & { run: string; calls: string | null }>();
  return results.map(({ run, calls, ...row }) => ({
    ...pointerFrom(row),
    run,
    calls: readCalls(calls).flatMap(({ call, counted }) => (counted && call.step === "llm" ? call : [])),
  }));
}

/** The newest model calls of a run by their span ids, with their numbers in the order of their start. */
function numbered(parts: readonly Part[]): Map<string, number> {
  const calls = parts.flatMap((part) => part.calls).sort((a, b) => compareNano(a.start, b.start));
  return new Map(calls.map(({ span_id }, n) => [span_id, n + 1]));
}

/** Parts with calls before others, which may hold their messages; of each the newest, within bounds. */
function worthReading(parts: readonly Part[]): Part[] {
  const chosen: Part[] = [];
  let bytes = 0;
  for (const withCalls of [true, false]) {
    for (const part of parts.toReversed()) {
      if (part.calls.length > 0 !== withCalls) continue;
      bytes += part.slice_to - part.slice_from;
      if (chosen.length > 0 && (chosen.length === MOST_PARTS || bytes > MOST_BYTES)) return inOrder(chosen);
      chosen.push(part);
    }
  }
  return inOrder(chosen);
}

function inOrder(parts: Part[]): Part[] {
  return parts.sort((a, b) => a.first_seq - b.first_seq);
}
