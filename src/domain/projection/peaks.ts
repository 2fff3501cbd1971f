import { chunks } from "../../db/chunks.ts";
import { jsonRows } from "../../db/json-rows.ts";
import type { RunRow } from "./rows.ts";
import { RUN_VALUES, type RunValue, runValue } from "./run-values.ts";
import { inSlot, slotOf } from "./slots.ts";

/** The least where no run knows the value; the most is as far below zero, so that any value is a new one of both. */
const NONE = 2n ** 63n - 1n;

/** The columns of `run_peaks` with the least and the most of a value. */
export const peaksOf = (value: RunValue) => ({ min: `${value}_min`, max: `${value}_max` }) as const;

/**
 * Widens the bounds of the runs' slots to hold these. Runs within them cost no row, so that a second delivery is free. Runs
 * without an end are left out.
 */
export function insertPeaks(db: D1Database, projectId: string, runs: readonly RunRow[]): D1PreparedStatement[] {
  const slots = new Map<string, bigint[]>();
  for (const run of runs) {
    if (Number(run.outcome) === 0) continue;
    const slot = String(slotOf(run.started_ns));
    const bounds = slots.get(slot) ?? RUN_VALUES.flatMap(() => [NONE, -NONE]);
    for (const [n, of] of RUN_VALUES.entries()) {
      const value = runValue(run, of);
      if (value === null) continue;
      if (value < (bounds[2 * n] as bigint)) bounds[2 * n] = value;
      if (value > (bounds[2 * n + 1] as bigint)) bounds[2 * n + 1] = value;
    }
    slots.set(slot, bounds);
  }
  // As text: a number of JSON would be rounded.
  const rows = [...slots].map(([slot, bounds]) => [slot, ...bounds.map(String)]);
  return chunks(rows).map((json) => db.prepare(UPSERT).bind(projectId, json));
}

/** Deletes the bounds of slots that have no run with an end any more. Belongs after the deletion of the runs, in its transaction. */
export function deletePeaks(db: D1Database, projectId: string, deleted: readonly RunRow[]): D1PreparedStatement[] {
  const slots = [...new Set(deleted.map((run) => String(slotOf(run.started_ns))))];
  return chunks(slots.map((slot) => [slot])).map((json) =>
    db
      .prepare(
        `DELETE FROM run_peaks AS p WHERE project_id = ?1 AND slot IN (SELECT CAST(e ->> 0 AS INTEGER) FROM ${jsonRows("?2")})
         AND NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.project_id = ?1 AND ${inSlot("r.started_ns", "p.slot")} AND r.outcome > 0)`,
      )
      .bind(projectId, json),
  );
}

const BOUNDS = RUN_VALUES.flatMap((value) => {
  const { min, max } = peaksOf(value);
  return [
    {
      column: min,
      set: `${min} = min(run_peaks.${min}, excluded.${min})`,
      wider: `excluded.${min} < run_peaks.${min}`,
    },
    {
      column: max,
      set: `${max} = max(run_peaks.${max}, excluded.${max})`,
      wider: `excluded.${max} > run_peaks.${max}`,
    },
  ];
});

const UPSERT = `INSERT INTO run_peaks (project_id, slot, ${BOUNDS.map(({ column }) => column).join(", ")})
  SELECT ?, ${["slot", ...BOUNDS].map((_, n) => `CAST(e ->> ${n} AS INTEGER)`).join(", ")} FROM ${jsonRows()} WHERE true
  ON CONFLICT (project_id, slot) DO UPDATE SET ${BOUNDS.map(({ set }) => set).join(", ")}
  WHERE ${BOUNDS.map(({ wider }) => wider).join(" OR ")}`;
