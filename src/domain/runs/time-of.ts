import { AppError } from "../../errors.ts";
import { type Nano, parseRfc3339 } from "../../events/nano.ts";

/** A time that a caller gave under a name. @throws AppError `invalid_request` if it is none */
export function nanoOf(name: string, text: string): Nano {
  const nano = parseRfc3339(text);
  if (nano === null) {
    throw new AppError(
      "invalid_request",
      `"${name}" must be a time such as 2026-11-21T09:00:00Z, not "${text.slice(0, 40)}".`,
    );
  }
  return nano;
}
