import { shiftsTo } from "../../db/shifted.ts";

/** Bits of a start in nanoseconds that a slot does not tell apart: 275 seconds. */
export const SLOT_BITS = 38;

/** The slot of a run that started then. @param started nanoseconds since the epoch */
export function slotOf(started: string | number | bigint | null): bigint {
  return BigInt(started ?? 0) >> BigInt(SLOT_BITS);
}

/** SQL for: the start lies in the slot. @param column nanoseconds */
export function inSlot(column: string, slot: string): string {
  return shiftsTo(column, slot, SLOT_BITS);
}
