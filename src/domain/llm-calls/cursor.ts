import { Buffer } from "node:buffer";
import { AppError } from "../../errors.ts";

/** Where a list of calls goes on: after a whole run, or after one of its calls. Starts are nanoseconds. */
export interface CallPlace {
  run: { started: string; id: string };
  call: { start: string; span: string } | null;
}

/** The cursor that goes on there. */
export function callCursorOf({ run, call }: CallPlace): string {
  return Buffer.from(JSON.stringify([run.started, run.id, ...(call ? [call.start, call.span] : [])])).toString(
    "base64url",
  );
}

/** @throws AppError `invalid_request` if the cursor is not one of ours */
export function parseCallCursor(cursor: string): CallPlace {
  const [started, id, start, span, ...more] = wordsOf(Buffer.from(cursor, "base64url").toString());
  const whole = start === undefined && span === undefined;
  if (isNano(started) && id !== undefined && more.length === 0) {
    if (whole) return { run: { started, id }, call: null };
    if (isNano(start) && span !== undefined) return { run: { started, id }, call: { start, span } };
  }
  throw new AppError(
    "invalid_request",
    "The cursor is not one of ours. Take next_cursor from the page before, unchanged.",
  );
}

function isNano(word: string | undefined): word is string {
  return word !== undefined && /^-?\d{1,19}$/.test(word);
}

function wordsOf(text: string): (string | undefined)[] {
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : [];
  } catch {
    return [];
  }
}
