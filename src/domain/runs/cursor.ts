import { Buffer } from "node:buffer";
import { AppError } from "../../errors.ts";

/** The cursor that goes on after this row of a list by time. */
export function cursorOf(started: string, id: string): string {
  return Buffer.from(`${started} ${id}`).toString("base64url");
}

/** @throws AppError `invalid_request` if the cursor is not one of ours */
export function parseCursor(cursor: string): { started: string; id: string } {
  const [, started, id] = /^(-?\d{1,19}) (.+)$/s.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (started !== undefined && id !== undefined) return { started, id };
  throw new AppError(
    "invalid_request",
    "The cursor is not one of ours. Take next_cursor from the page before, unchanged.",
  );
}
