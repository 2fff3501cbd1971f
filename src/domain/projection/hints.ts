import { deleteLabels, dropLabels, insertLabels } from "./labels.ts";
import { deletePeaks, insertPeaks } from "./peaks.ts";
import type { RunRow } from "./rows.ts";
import { slotOf } from "./slots.ts";

/** A run as it is now, and as it was if it was there. */
export interface Change {
  before?: RunRow | undefined;
  after: RunRow;
}

/**
 * Writes what lists are told of slots, by labels and peaks, and drops what runs no longer say of them. What is there already
 * costs no row. Belongs after the writing of the runs, in its transaction.
 */
export function writeHints(db: D1Database, projectId: string, changes: readonly Change[]): D1PreparedStatement[] {
  const runs = changes.map(({ after }) => after);
  const known = changes.flatMap(({ before, after }) => (before ? [{ before, after }] : []));
  const moved = known.filter(({ before, after }) => slotOf(before.started_ns) !== slotOf(after.started_ns));
  return [
    ...insertLabels(db, projectId, runs),
    ...dropLabels(db, projectId, known),
    ...insertPeaks(db, projectId, runs),
    ...deletePeaks(
      db,
      projectId,
      moved.map(({ before }) => before),
    ),
  ];
}

/** Drops what only these runs say of their slots. Belongs after the deletion of the runs, in its transaction. */
export function deleteHints(db: D1Database, projectId: string, deleted: readonly RunRow[]): D1PreparedStatement[] {
  return [...deleteLabels(db, projectId, deleted), ...deletePeaks(db, projectId, deleted)];
}
