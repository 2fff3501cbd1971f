import { Buffer } from "node:buffer";
import { AppError } from "../../errors.ts";
import type { Order, RunSort } from "./filter.ts";

/** The last run of a page. `value` is its sort value; null = it has none, and `started` places it among its like. */
export interface RunPlace {
  value: string | null;
  started: string;
  id: string;
}

/** The cursor that goes on after this run. It says what it is sorted by, as it would mean nothing in another list. */
export function runCursorOf(sort: RunSort, order: Order, { value, started, id }: RunPlace): string {
  return Buffer.from(`${sort} ${order} ${value ?? "-"} ${started} ${id}`).toString("base64url");
}

const CURSOR = /^(\w+) (asc|desc) (-|-?\d{1,19}) (-?\d{1,19}) (.+)$/s;

/** @throws AppError `invalid_request` if the cursor is not one of ours, or of a list in another order */
export function parseRunCursor(cursor: string, sort: RunSort, order: Order): RunPlace {
  const [, ofSort, ofOrder, value, started, id] = CURSOR.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (value === undefined || started === undefined || id === undefined) {
    throw new AppError(
      "invalid_request",
      "The cursor is not one of ours. Take next_cursor from the page before, unchanged.",
    );
  }
  if (ofSort !== sort || ofOrder !== order) {
    throw new AppError(
      "invalid_request",
      `The cursor goes on in a list with sort=${ofSort}&order=${ofOrder}, and this is one with sort=${sort}&order=${order}. Ask with the same, or begin without a cursor.`,
    );
  }
  return { value: value === "-" ? null : value, started, id };
}
