/** Where a stored part of a run's log lies. */
export interface SegmentPointer {
  first_seq: number;
  last_seq: number;
  pack: string;
  byte_offset: number;
  byte_length: number;
  slice_from: number;
  slice_to: number;
  skip: number[];
}

/** The segments of a run that reach past `after`, in order. Uses the primary key: run, then first_seq. */
export async function segmentsAfter(
  db: D1Database | D1DatabaseSession,
  projectId: string,
  runId: string,
  after: number,
  limit: number,
): Promise<SegmentPointer[]> {
  const { results } = await db
    .prepare(`${SELECT} WHERE project_id = ? AND run_id = ? AND last_seq > ? ORDER BY first_seq LIMIT ?`)
    .bind(projectId, runId, after, limit)
    .all<PointerRow>();
  return results.map(pointerFrom);
}

/** The segments of a run whose links hold these hex digits, in order. Reads the run's segments, no others. */
export async function segmentsMarked(
  db: D1Database | D1DatabaseSession,
  projectId: string,
  runId: string,
  mark: string,
  limit: number,
): Promise<SegmentPointer[]> {
  const { results } = await db
    .prepare(`${SELECT} WHERE project_id = ? AND run_id = ? AND instr(links, unhex(?)) > 0 ORDER BY first_seq LIMIT ?`)
    .bind(projectId, runId, mark, limit)
    .all<PointerRow>();
  return results.map(pointerFrom);
}

/** The columns of a pointer. */
export const POINTER_COLUMNS = "first_seq, last_seq, pack, byte_offset, byte_length, slice_from, slice_to, skip";

const SELECT = `SELECT ${POINTER_COLUMNS} FROM segments`;

/** A pointer as its row holds it. */
export type PointerRow = Omit<SegmentPointer, "skip"> & { skip: string | null };

export function pointerFrom(row: PointerRow): SegmentPointer {
  return { ...row, skip: row.skip === null ? [] : (JSON.parse(row.skip) as number[]) };
}
