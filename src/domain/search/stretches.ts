import { SLOT_BITS } from "../projection/slots.ts";
import type { RunFilter } from "../runs/filter.ts";
import { hintsOf, timesOf } from "../runs/filter.ts";
import { Params } from "../runs/params.ts";
import { DOC_BITS } from "./docs.ts";

/** Numbers of docs, both ends inclusive. */
export interface Stretch {
  low: bigint;
  high: bigint;
}

/** The stretches to be walked, in the order of the walk. */
export interface Way {
  stretches: Stretch[];
  /** Where the walk goes on after these, if there may be more: as a cursor names it. */
  more: bigint | null;
}

/**
 * A run's parts lie by when it was known to have started as they came in, and the run by when it is known to have started now:
 * a child span may come before its earlier root. By so much a part may lie above its run.
 */
const LATE_MS = 3_600_000n;
const LATE_SLOTS = 1n;

/** Slots that are looked up at once. */
const SLOTS = 500;

const MAX_NUMBER = 2n ** 63n - 1n;

/** All numbers that runs of the filter's times may have, beyond the cursor. */
export function wholeStretch(filter: RunFilter, order: "asc" | "desc", cursor: bigint | null): Stretch {
  const { from, to } = timesOf(filter);
  const low = from === undefined ? 0n : numberAt(BigInt(from));
  const high = to === undefined ? MAX_NUMBER : numberAt(BigInt(to) + (LATE_MS + 1n) * 1_000_000n);
  if (cursor === null) return { low, high };
  return order === "asc" ? { low: larger(low, cursor + 1n), high } : { low, high: smaller(high, cursor - 1n) };
}

/** Cuts a stretch down to the slots in which there are runs with the filter's values, if it has any. */
export async function wayThrough(
  db: D1DatabaseSession,
  projectId: string,
  filter: RunFilter,
  order: "asc" | "desc",
  whole: Stretch,
): Promise<Way> {
  const [leading, ...others] = hintsOf(filter);
  if (!leading) return { stretches: [whole], more: null };
  const params = new Params();
  const project = params.of(projectId);
  const any = (labels: string[]) => labels.map((label) => params.of(label)).join(", ");
  const bound = (slot: bigint) => params.nano(String(slot));
  const where = [
    `l.project_id = ${project}`,
    `l.label IN (${any(leading)})`,
    `l.slot >= ${bound(slotOf(whole.low) - LATE_SLOTS)}`,
    `l.slot <= ${bound(slotOf(whole.high))}`,
    ...others
      .slice(0, 2)
      .map(
        (labels) =>
          `EXISTS (SELECT 1 FROM run_labels AS h WHERE h.project_id = ${project} AND h.label IN (${any(labels)}) AND h.slot = l.slot)`,
      ),
  ];
  const { results } = await db
    .prepare(
      `SELECT DISTINCT l.slot FROM run_labels AS l WHERE ${where.join(" AND ")} ORDER BY l.slot ${order} LIMIT ${SLOTS}`,
    )
    .bind(...params.values)
    .all<{ slot: number }>();
  const stretches = together(
    results.map(({ slot }) => stretchOf(BigInt(slot))),
    order,
  ).flatMap(({ low, high }) => {
    const cut = { low: larger(low, whole.low), high: smaller(high, whole.high) };
    return cut.low > cut.high ? [] : [cut];
  });
  const last = stretches.at(-1);
  if (results.length < SLOTS || !last) return { stretches, more: null };
  return { stretches, more: order === "asc" ? last.high : last.low };
}

/** Stretches that overlap or touch as one. */
function together(stretches: Stretch[], order: "asc" | "desc"): Stretch[] {
  const out: Stretch[] = [];
  for (const each of stretches) {
    const last = out.at(-1);
    if (last && order === "desc" && each.high >= last.low - 1n) last.low = each.low;
    else if (last && order === "asc" && each.low <= last.high + 1n) last.high = each.high;
    else out.push(each);
  }
  return out;
}

function stretchOf(slot: bigint): Stretch {
  const low = numberAt(slot << BigInt(SLOT_BITS));
  const high = numberAt(((slot + 1n + LATE_SLOTS) << BigInt(SLOT_BITS)) + 1_000_000n) - 1n;
  return { low, high };
}

/** The lowest number of a millisecond, of nanoseconds. */
function numberAt(nano: bigint): bigint {
  return smaller(MAX_NUMBER, (nano / 1_000_000n) << BigInt(DOC_BITS));
}

/** The slot of a number; the last there is for numbers that no time of SQLite's integers has. */
function slotOf(number: bigint): bigint {
  return smaller(MAX_NUMBER, (number >> BigInt(DOC_BITS)) * 1_000_000n) >> BigInt(SLOT_BITS);
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
