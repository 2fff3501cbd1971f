import { LIMITS } from "../../../durable-objects/run-log/limits.ts";

/** What of a request was not taken. */
export interface Rejection {
  rejected: number;
  message: string;
}

/** Why a run takes no more. */
export const RUN_IS_FULL = `the run has as many events as a run may have (${LIMITS.runEvents}, or ${LIMITS.runBytes / 1e6} MB)`;

/** Says how many items were rejected, with each reason once and its count; null if none were. @param appended what the log said */
export function rejectionOf(
  items: string,
  decoded: { rejected: number; reasons: ReadonlyMap<string, number> },
  appended: readonly { refused: number }[] = [],
): Rejection | null {
  const refused = appended.reduce((sum, each) => sum + each.refused, 0);
  const rejected = decoded.rejected + refused;
  if (rejected === 0) return null;
  const reasons = refused === 0 ? decoded.reasons : new Map([...decoded.reasons, [RUN_IS_FULL, refused]]);
  const each = [...reasons].map(([reason, count]) => `${reason} (${count})`).join("; ");
  return { rejected, message: `${rejected} ${items} rejected: ${each}` };
}
